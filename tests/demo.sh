#!/bin/sh
# The demo: judges samples/ into a fresh database, draws the month's audit sample and prints the
# agents' report.
set -eu
program=build/callaudit
config=samples/callaudit.yaml
mkdir -p build/demo
rm -f build/demo/callaudit.db build/demo/callaudit.db-wal build/demo/callaudit.db-shm

echo "== Mandarin calls: words from another recognizer (callaudit import)"
$program import --config $config --format json samples/words/*.json

echo "== the night (callaudit run)"
$program run --config $config samples/calls

echo "== the audit sample (callaudit sample draw)"
$program sample draw --config $config --month 2026-10 --seed callaudit-demo
$program sample verify --config $config --month 2026-10

echo "== agents in October (callaudit report agents)"
$program report agents --config $config --month 2026-10
echo
echo "The database is build/demo/callaudit.db; why a call was judged as it was:"
echo "    $program explain --config $config c1003"
