#!/bin/sh
# Does the real recognizer hear that a voice is high or low? One sample call each of a high and a low
# voice: too little to learn from, and the scores say why the warp would be what it is.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
cat >"$tmp/callaudit.yaml" <<YAML
database: $tmp/none.db
rules: $root/rules/en
timezone: Asia/Shanghai
intake:
  settle: 0ms
  cdr: {file: $root/samples/cdr.csv, call_id: uniqueid, file_name: recordingfile, agent: agent,
        queue: queue, direction: direction, started: calldate, language: language}
YAML
expect 0 "$PROGRAM" model adapt --config "$tmp/callaudit.yaml" --dry-run --jobs 2 --format json \
    samples/calls/*_c1003.* samples/calls/*_c1012.*
cat "$tmp/out"
equal 'what is learned of one call each' 'ana.cruz 1 too little speech, tom.reed 1 too little speech' \
    "$(json "$tmp/out" '", ".join("{} {} {}".format(p["agent"], p["calls"], p["result"]) for p in v["voices"])')"
scores() { # VOICE CONDITION over the scores s
    json "$tmp/out" "(lambda s: $2)([w['score'] for w in v['voices'][$1]['scores']])"
}
equal 'the high voice' True "$(scores 0 's[2] > 1.05 * s[1] > 1.05 * s[0] > 0')"
equal 'the low voice' True "$(scores 1 's[0] > s[2] > 0 and s[1] > s[2]')"
