#!/bin/sh
# Memory: valgrind over a recording's whole way through the real stages and over a night with
# workers (where valgrind is installed), and the worker's peak with the telephone-band model.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
models=$(cd .. && pwd)/shared/models
sample=$root/samples/calls/li.na_20261021T110914_c1014.mp3

if nm -D "$PROGRAM" 2>/dev/null | grep -q '__[atu]*b*san_'; then
    skip "a sanitizer build: its allocator is neither valgrind's nor the user's"
fi

# ---- valgrind -----------------------------------------------------------------------------------------
valgrind_over() { # LOG COMMAND...: errors and definite leaks are failures
    log=$tmp/$1
    shift
    wanted=$1
    shift
    expect "$wanted" valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite --log-file="$log.%p" "$@" # a file for each worker, too
    for file in "$log".*; do
        [ ! -s "$file" ] || {
            show "$file"
            fail "valgrind complains of: $*"
        }
    done
}
if ! command -v valgrind >/dev/null; then
    note 'valgrind is not installed: leaks were not looked for'
else
    desk "$tmp/desk"
    cd "$tmp/desk"
    sox -R -D "$sample" clip.wav trim 27.9 3
    sed -i 's/how may i help you/you have two options/' rules/desk.yaml
    valgrind_over trace 0 "$PROGRAM" explain --trace clip.wav
    has "$tmp/out" '"phrase"' # nothing heard would prove little
    # the fake recognizer, so that it is fast: decoding, matching, workers that crash, the database
    make_calls calls 1 4 1.2
    say calls 1 'agent 100 you have two options'
    fault calls 2 crash
    printf 'id,when,who\nk1,2026-10-01 00:00:00,x\n' >cdr.csv
    printf 'database: desk.db\nrules: rules\nintake: {settle: 0ms, cdr: {file: cdr.csv, call_id: id, started: when, agent: who}}\n' >cdr.yaml
    valgrind_over night 1 "$FAKE" run --config cdr.yaml --jobs 2 calls
    has "$tmp/out" '3 judged, 1 failed'
    valgrind_over explain 0 "$FAKE" explain k1
    valgrind_over export 0 "$FAKE" db export
    valgrind_over usage 3 "$FAKE" run --rules no-such-rules calls
    cd "$root"
fi

# ---- the worker's peak --------------------------------------------------------------------------------
if [ ! -d "$models/en-us-8khz" ]; then
    note 'no ../shared/models here: the peak with the telephone-band model was not measured'
    exit 0
fi
cat >"$tmp/peak.yaml" <<YAML
database: peak.db
rules: $root/rules/en
intake: {settle: 0ms}
models: {en-US: $models/en-us-8khz}
hearing: {transcript: none}
YAML
cp "$sample" "$tmp/agent_20261001T100000_k1.mp3"
expect 0 "$PROGRAM" run --config "$tmp/peak.yaml" --jobs 1 --format json "$tmp/agent_20261001T100000_k1.mp3"
peak=$(json "$tmp/out" 'round(v["peak_rss_bytes"] / 1e6)')
note "worker peak with en-us-8khz and $(grep -c '^  - id:' rules/en/courtesy.yaml) rules: $peak MB"
[ "$peak" -lt 60 ] || fail "a worker needs $peak MB, 60 are allowed"
