#!/bin/sh
# tests/bench/run.sh - `make bench`: one table from one run over samples/; see bench.py.
#   BENCH_MINUTES=3 make bench    less audio, to try it (default 20)
#   BENCH_MODELS=DIR              where en-us-8khz and zh-cn-8khz-sc lie (default ../shared/models)
set -eu
cd "$(dirname "$0")/../.."
for tool in python3 sox opusdec pocketsphinx_continuous grep; do
    command -v "$tool" >/dev/null || {
        echo "bench: $tool is missing (packages: python3 sox libsox-fmt-mp3 opus-tools pocketsphinx)" >&2
        exit 1
    }
done
[ -x build/release/callaudit ] || {
    echo "bench: no build/release/callaudit: run 'make build-release'" >&2
    exit 1
}
exec python3 tests/bench/bench.py
