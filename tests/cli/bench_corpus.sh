#!/bin/sh
# The texts of the hearing benchmark: what tests/bench/hearing says of itself is true (parts disjoint, no phrase
# where none is meant, counts), and a text that breaks it is found. No speech is made.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need python3 python3
mkdir -p "$tmp/a/tests/bench"
copy=$tmp/a/tests/bench/hearing
fresh() {
    rm -rf "$copy"
    cp -r tests/bench/hearing "$copy"
}
edit() { # FILE SED
    sed "$2" "$copy/$1" >"$tmp/edited"
    cmp -s "$tmp/edited" "$copy/$1" && fail "the test's own edit changes nothing: $2"
    cp "$tmp/edited" "$copy/$1"
}
refused() { # MESSAGE
    expect 1 python3 "$copy/corpus.py" --check
    has "$tmp/err" "$1"
    fresh
}

expect 0 python3 tests/bench/hearing/corpus.py --check
has "$tmp/out" 'test: '
for rules in courtesy forbidden held; do
    expect 0 "$PROGRAM" rules check "tests/bench/hearing/rules-$rules.yaml"
done

fresh
edit phrases.txt 's/^\* thank you for waiting$/* thank you for calling back/'
refused "near-miss 'thank you for calling back' holds the phrase of thank-calling"
edit phrases.txt 's/^- buy one now$/- buy now/' # no such letters, but such sounds
refused "near-miss 'buy now' holds the phrase of bye-now"
edit phrases.txt 's/^~ by noon$/- by noon/'
refused 'bye-now: no near-miss of test only'
edit sentences.txt 's/^my name is {name}$/nobody answered my email/'
refused "'nobody answered my email' stands in train and test"
edit sentences.txt 's/^yes go ahead$/yes proceed zxqv/'
refused "'zxqv' is not in cmudict-en-us.dict"
edit plan.py "s/Voice('egb1', 'espeak', 'en-gb+m1'/Voice('egb1', 'flite', 'kal16'/"
refused 'kal speaks in train and dev'
edit rules-courtesy.yaml 's/thank you for waiting/thank you/'
refused 'rules-courtesy.yaml is not what phrases.txt says'
