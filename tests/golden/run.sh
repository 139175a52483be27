#!/bin/sh
# Golden traces: the call after each stage, from recorded words (the fake recognizer), compared as
# text. `tests/golden/run.sh BUILD --write` (make golden) writes them anew: read the diff then.
set -eu
build=${1:-$BUILD}
fake=$build/callaudit-fake
CALLAUDIT_FAKE_WORDS=tests/golden/words
export CALLAUDIT_FAKE_WORDS
out=$(mktemp -d "${TMPDIR:-/tmp}/callaudit-golden.XXXXXX")
trap 'rm -rf "$out"' EXIT
ran=0
status=0
for words in tests/golden/words/*.words.json; do
    stem=$(basename "$words" .words.json)
    recording=samples/calls/$stem.wav
    expected=tests/golden/expected/$stem.json
    "$fake" explain --config tests/golden/callaudit.yaml --trace "$recording" >"$out/trace"
    if [ "${2:-}" = --write ]; then
        cp "$out/trace" "$expected"
    elif ! diff -u "$expected" "$out/trace" >"$out/diff"; then
        echo "$stem: the trace differs from $expected"
        head -n 60 "$out/diff"
        status=1
    fi
    # each stage can be reached alone, and later ones do not change what an earlier one said
    for stage in decode segment recognize match measure score; do
        "$fake" explain --config tests/golden/callaudit.yaml --trace "$recording" --until $stage >"$out/until"
        head -c "$(wc -c <"$out/until")" "$out/trace" | cmp -s - "$out/until" || {
            echo "$stem: --until $stage is not the beginning of the whole trace"
            status=1
        }
    done
    ran=$((ran + 1))
done
[ "$ran" -ge 4 ] || { echo "only $ran traces"; status=1; }
exit $status
