#!/bin/sh
# Words that no dictionary has, heard by the real recognizer with Debian's model in what an agent
# really said ("i apologize for the trouble", "may i verify your identity"): by the desk's own
# pronunciation, and by one guessed from the spelling.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sox sox
mkdir "$tmp/calls" "$tmp/rules"
cat >"$tmp/rules/words.yaml" <<'YAML'
ruleset: words
language: en-US
rules:
YAML
rule() { # ID PHRASE
    cat >>"$tmp/rules/words.yaml" <<YAML
  - {id: $1, title: $1, dimension: process, kind: limit, max: 0, who: agent, phrases: [$2], weight: 1}
YAML
}
rule guessed 'may i verryfy your eyedentity'
rule guessed-otherwise 'i apologize for the quorvane'
rule own 'i apologize for the qtrb'
rule corrected 'you have too options'
cat >"$tmp/desk.dict" <<'DICT'
# spelled like nothing that it sounds like
Qtrb     T R AH1 B AH0 L
too      T UW
DICT
sox -R -D samples/calls/li.na_20261021T110914_c1014.mp3 -e signed -b 16 \
    "$tmp/calls/agent_20261001T100000_c1.wav" trim 9.5 23.5 gain -n -1
config() { # PRONUNCIATIONS
    cat <<YAML
database: words.db
rules: rules
hearing: {transcript: none}
intake: {settle: 0ms}
models: {en-US: {pronunciations: $1}}
YAML
}
config desk.dict >"$tmp/words.yaml"
expect 0 "$PROGRAM" rules check --config "$tmp/words.yaml"
has "$tmp/err" "knows 'verryfy', it is listened for as "
has "$tmp/err" "knows 'eyedentity', it is listened for as "
has_not "$tmp/err" qtrb
has "$tmp/out" '0 errors, 3 warnings'
expect 0 "$PROGRAM" run --config "$tmp/words.yaml" "$tmp/calls"
rows 'what was heard' "$tmp/words.db" 'SELECT rule_id, verdict, text FROM v_finding ORDER BY 1' 'corrected|hit|you have too options
guessed|hit|may i verryfy your eyedentity
guessed-otherwise|miss|
own|hit|i apologize for the qtrb'

# a mistake in the desk's file stops the run before the first call
echo 'venmo V EN' >>"$tmp/desk.dict"
expect 3 "$PROGRAM" run --config "$tmp/words.yaml" "$tmp/calls"
has "$tmp/err" "$tmp/desk.dict:4:9: the model has no phone 'EN'"
config elsewhere.dict >"$tmp/words.yaml"
expect 3 "$PROGRAM" run --config "$tmp/words.yaml" "$tmp/calls"
has "$tmp/err" "$tmp/elsewhere.dict"
