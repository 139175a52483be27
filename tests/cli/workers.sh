#!/bin/sh
# What goes wrong inside a recognizer costs one call, not the night: the fake recognizer crashes,
# exits, hangs, eats memory on request, and its workers are replaced.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
desk "$tmp/desk"
cd "$tmp/desk"
cat >limits.yaml <<'YAML'
database: desk.db
rules: rules
intake: {settle: 0ms}
limits: {time: 1s, memory: 100MB, shortest: 500ms}
YAML
reason() { # N: status, reason, beginning of the detail
    sql desk.db "SELECT status || ' ' || coalesce(reason, '') || ': ' || coalesce(detail, '') FROM recording WHERE call_uid = 'k$1'"
}

make_calls calls 1 9 1.2
fault calls 2 crash
fault calls 3 exit
fault calls 5 hang
fault calls 6 memory
fault calls 8 slow
echo '{"lines": [{"speaker": "nobody"}]}' >"$CALLAUDIT_FAKE_WORDS/$(basename "$(call_path calls 9)" .wav).words.json"
before=$(date +%s)
expect 1 "$FAKE" run --config limits.yaml --jobs 2 calls
took=$(($(date +%s) - before))
has "$tmp/out" '9 recordings: 4 judged, 5 failed ('
has "$tmp/out" '4 workers replaced'
[ "$took" -le 30 ] || fail "a hanging worker held the night up for $took s"
for n in 1 4 7 8; do
    equal "call $n beside the broken ones" 'judged : ' "$(reason $n)"
done
check_reason() { # N REASON TEXT
    case $(reason "$1") in
    "failed $2: "*"$3"*) ;;
    *) fail "call $1: expected 'failed $2: ...$3...', found '$(reason "$1")'" ;;
    esac
    matches "$tmp/err" "^failed: .*_k$1.wav: $2"
}
check_reason 2 recognizer-failed 'the worker ' # died by a signal, or ended by a sanitizer's hand
check_reason 3 recognizer-failed 'status 1'
check_reason 5 timeout ''
check_reason 6 limit '100 MB'
check_reason 9 unreadable ''
equal 'lines on stderr' 5 "$(wc -l <"$tmp/err" | tr -d ' ')"
check_db desk.db

# The same with one worker, in another order: replacements take up the rest.
rm "$CALLAUDIT_FAKE_WORDS"/*_k5.words.json # a hanging one once is enough
expect 1 "$FAKE" run --config limits.yaml --db one.db --jobs 1 --format json calls
equal 'counts with one worker' 'found 9, judged 5, failed 4, replaced 3, left 0' \
    "$(json "$tmp/out" '", ".join(f"{k} {v[k]}" for k in ("found", "judged", "failed", "replaced", "left"))')"
equal 'reasons' "{'limit': 1, 'recognizer-failed': 2, 'unreadable': 1}" "$(json "$tmp/out" 'dict(sorted(v["reasons"].items()))')"

# What failed is tried again, and judged once the trouble is gone; but what costs a worker every
# time is given up after three attempts, and says so.
rm "$CALLAUDIT_FAKE_WORDS"/*_k6.words.json "$CALLAUDIT_FAKE_WORDS"/*_k9.words.json
expect 1 "$FAKE" run --config limits.yaml calls
has "$tmp/out" '9 recordings: 3 judged, 4 judged before, 2 failed (recognizer-failed 2)'
expect 1 "$FAKE" run --config limits.yaml calls
has "$tmp/out" '2 workers replaced'
expect 1 "$FAKE" run --config limits.yaml calls
has "$tmp/out" '9 recordings: 0 judged, 7 judged before, 2 failed (recognizer-failed 2)'
has_not "$tmp/out" 'replaced'
matches "$tmp/err" '^failed: .*_k2.wav: recognizer-failed: given up after 3 attempts'
# a changed file begins anew
rm "$CALLAUDIT_FAKE_WORDS"/*_k2.words.json
make_calls other 12 12 1.2
cp "$(call_path other 12)" "$(call_path calls 2)"
expect 1 "$FAKE" run --config limits.yaml calls
has "$tmp/out" '1 judged, 7 judged before, 1 failed'

# More workers than calls, and a night of nothing but crashes.
make_calls broken 20 29 1.2
for n in 20 21 22 23 24 25 26 27 28 29; do
    fault broken $n crash
done
expect 1 "$FAKE" run --config limits.yaml --db broken.db --jobs 16 broken
has "$tmp/out" '10 recordings: 0 judged, 10 failed (recognizer-failed 10)'
has "$tmp/out" '10 workers replaced'

