#!/bin/sh
# Transcripts of the first half of a call by Debian's model: the desk's own text shapes them, they
# hold each word once, and they are the same every time.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sox sox
call=c1012
seconds=19
sox -D samples/calls/tom.reed_20261016T150527_$call.wav "$tmp/call.wav" trim 0 $seconds
# The desk's text here is what is said in the call: the most that a text can help.
awk -F, -v call=$call 'NR > 1 && $1 == call {print $5}' samples/truth.csv >"$tmp/desk.txt"
cat >"$tmp/plain.yaml" <<YAML
rules: $root/rules
hearing: {transcript: all, phrase_weight: 0}
YAML
sed 's/phrase_weight: 0/text: desk.txt, text_weight: 0.5/' "$tmp/plain.yaml" >"$tmp/text.yaml"
hear() { # CONFIG OUT
    expect 0 "$PROGRAM" explain --config "$1" --transcript --until recognize --trace "$tmp/call.wav"
    cp "$tmp/out" "$2"
}
cat >"$tmp/figures.py" <<'PYTHON'
"""figures.py TRACE CALL SECONDS: prints the word error rate in percent; exit 1 when a spoken word stands twice."""
import csv, json, sys
sys.path.insert(0, 'tests/bench')
from transcripts import align, transcript_words

text, at, decoder = open(sys.argv[1], encoding='utf-8').read(), 0, json.JSONDecoder()
while at < len(text.rstrip()):
    stage, at = decoder.raw_decode(text, at)
    at += 1
call = stage['call']
with open('samples/truth.csv', encoding='utf-8', newline='') as file:
    rows = [row for row in csv.DictReader(file) if row['call_uid'] == sys.argv[2]
            and int(row['end_ms']) < 1000 * float(sys.argv[3])]
errors = count = 0
for speaker in ('agent', 'customer'):
    said = [word for row in rows if row['speaker'] == speaker for word in row['text'].split()]
    words = transcript_words(call, speaker)
    errors, count = errors + align(said, [word for _, word, _ in words])[0], count + len(said)
    lines = [line for line in call['lines'] if line['tier'] == 'transcript' and line['speaker'] == speaker]
    for line in lines:
        spans = [(w['start_ms'], w['end_ms']) for w in call['words'][line['first_word']:line['first_word'] + line['word_count']]]
        if any(b[0] < a[1] for a, b in zip(spans, spans[1:])):
            sys.exit(f'words of one line overlap: {line}')
print(100 * errors // count)
PYTHON
rate() {
    python3 -B "$tmp/figures.py" "$1" $call $seconds || fail "$1: not a transcript of each word once"
}
hear "$tmp/plain.yaml" "$tmp/plain.json"
hear "$tmp/text.yaml" "$tmp/text.json"
plain=$(rate "$tmp/plain.json")
text=$(rate "$tmp/text.json")
note "word error rate of $call: $plain % without any text, $text % with the wordings and its own text"
[ "$text" -le 60 ] || fail "word error rate $text % with the call's own text"
[ $((plain - text)) -ge 10 ] || fail "the desk's text hardly helped: $plain % -> $text %"
hear "$tmp/text.yaml" "$tmp/again.json"
cmp -s "$tmp/text.json" "$tmp/again.json" || fail 'the same call was transcribed in two ways'
