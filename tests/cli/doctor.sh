#!/bin/sh
# `callaudit doctor`: what a sound installation says, what each thing that is missing says, and what
# a night takes. Faults of the recognizer come from the fake one.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need python3 python3
desk "$tmp/desk"
cd "$tmp/desk"
line() { # HEALTH TOPIC TEXT: such a line is there
    grep -E "^$1 +$2  " "$tmp/out" | grep -qF -e "$3" || {
        show "$tmp/out"
        fail "no line '$1 $2 ... $3'"
    }
}
sound() { # ARGUMENTS...: a night can run
    expect 0 timeout 120 "$FAKE" doctor "$@"
    matches "$tmp/out" '^a night can run: 0 problems'
}
broken() { # ARGUMENTS...: it could not
    expect 3 timeout 120 "$FAKE" doctor "$@"
    matches "$tmp/out" '^a night could not run: [1-9]'
    grep -A1 '^problem' "$tmp/out" | grep -q '^ *-> ' || fail 'a problem without advice'
}

# ---- a sound desk ------------------------------------------------------------------------------------
sound
line ok program 'callaudit '
for library in libsndfile libsoxr PCRE2 libyaml SQLite libsodium jansson libcurl; do
    line ok libraries $library
done
line ok configuration callaudit.yaml
line ok database 'desk.db is not there yet'
line ok 'database disk' 'GB free'
line ok 'temporary disk' 'GB free'
line ok 'time zone' Asia/Shanghai
line ok rules '1 rule files with 2 rules'
line ok 'model en-US' 'en-us, 16 kHz, /usr/share/pocketsphinx/model/en-us/en-us'
line ok 'words en-US' 'all words of 2 wordings'
matches "$tmp/out" '^[a-z]*  *accuracy en-US  *[a-z]'
line ok 'night en-US' '100 hours of audio take'
line ok memory workers
equal 'nothing is written' 'callaudit.yaml rules' "$(find . -mindepth 1 -maxdepth 1 | sed 's|./||' | sort | xargs)"
# from elsewhere, with other rules and hours, as JSON
cp -r rules ../other-rules
(
    cd /
    sound --config "$tmp/desk/callaudit.yaml" --rules "$tmp/other-rules" --hours 0.5
    line ok database "$tmp/desk/desk.db"
    line ok 'night en-US' '0.5 hours of audio'
)
expect 0 "$FAKE" doctor --format json --hours 10
equal 'JSON' "0 10 True True True" "$(json "$tmp/out" '"{} {:g} {} {} {}".format(v["problems"], v["night"]["hours"],
    v["night"]["cpus"] > 0, v["night"]["cpu_per_second"] > 0,
    abs(v["night"]["wall_hours"] - 10 * v["night"]["cpu_per_second"] / v["night"]["cpus"]) < 1e-4)')"
equal 'every warning has advice' True "$(json "$tmp/out" 'all((c["advice"] is None) == (c["health"] == "ok") for c in v["checks"])')"
# a database that is there
make_calls calls 1 1
say calls 1 'agent 100 how may i help you'
expect 0 "$FAKE" run calls
cp desk.db before.db
sound
line ok database 'desk.db, version '
cmp desk.db before.db || fail 'the doctor wrote into the database'

# ---- the recognizer itself, on the made signal and on a recording ---------------------------------------
echo 'hearing: {transcript: none}' >>callaudit.yaml
expect 0 timeout 120 "$PROGRAM" doctor --hours 1
line ok 'night en-US' '1 hours of audio take'
expect 3 timeout 120 "$PROGRAM" doctor --hours 1000000
line problem 'night en-US' '1e+06 hours of audio take about'
expect 0 timeout 120 "$PROGRAM" doctor --audio "$(call_path calls 1)" --hours 1
line ok libraries PocketSphinx
line ok 'night en-US' '1 hours of audio take'

# ---- warnings: a night runs, but ----------------------------------------------------------------------
(
    mkdir ../empty
    cd ../empty
    cp -r ../desk/rules .
    sound
    line warning configuration 'none: no callaudit.yaml here'
)
cat >rules/more.yaml <<'YAML'
ruleset: more
language: en-US
rules:
  - id: bank
    title: Names the bank
    dimension: process
    kind: required
    who: agent
    phrases: [welcome to zorgblatt bank]
    weight: 1
  - id: number
    title: Says a number
    dimension: process
    kind: required
    who: agent
    regex: 'number \w+ \w+'
    weight: 1
YAML
sed 's/en-US/zh-CN/; s/ruleset: desk/ruleset: zh/; s/\[how may i help you\]/[您好]/; s/\[not my problem\]/[不知道]/' \
    rules/desk.yaml >rules/zh.yaml
sound
line ok rules '3 rule files with 6 rules'
line warning 'words en-US' 'in no dictionary, so heard by a guess: zorgblatt (1)'
line warning 'regexes en-US' '1 need a transcript, which is made of no call'
line warning 'model zh-CN' 'no model for zh-CN'
rm rules/zh.yaml
sed -i 's/transcript: none/transcript: all/' callaudit.yaml
sound
line ok 'regexes en-US' 'made of every call'
rm rules/more.yaml

# ---- problems: no night could run ----------------------------------------------------------------------
cp callaudit.yaml sound.yaml
with() { # LINE...: the configuration with these lines besides
    cp sound.yaml callaudit.yaml
    printf '%s\n' "$@" >>callaudit.yaml
}
broken --config none.yaml
line problem configuration none.yaml
with 'langauge: en-US'
broken
line problem configuration 'callaudit.yaml:6:1: unknown key '
with 'language: zh-CN'
broken
line problem 'model zh-CN' 'no model for zh-CN'
line warning 'rules zh-CN' 'no rule set judges calls'
with 'models: {en-US: nowhere}'
broken
line problem 'model en-US' nowhere
with "models: {en-US: {acoustic: /usr/share/pocketsphinx/model/en-us/en-us, language_model: $tmp/none.bin}}"
broken
line problem 'transcripts en-US' 'no language model'
sed 's/Shanghai/Shanghigh/' sound.yaml >callaudit.yaml
broken
line problem 'time zone' "'Asia/Shanghigh'"
sed 's|desk.db|no/such/folder/desk.db|' sound.yaml >callaudit.yaml
broken
line problem 'database disk' 'no/such/folder'
cp sound.yaml callaudit.yaml
for file in callaudit.yaml newer.db; do
    [ -e $file ] || cp before.db $file
    [ $file != newer.db ] || sql newer.db 'PRAGMA user_version = 1000'
    sed "s|desk.db|$file|" sound.yaml >callaudit.yaml
    broken
    line problem database $file
done
cp sound.yaml callaudit.yaml
TMPDIR=$tmp/none broken
line problem 'temporary disk' "$tmp/none"
broken --rules none
line problem rules none
sed 's/kind: required/kind: requird/' rules/desk.yaml >../wrong.yaml
broken --rules ../wrong.yaml
line problem rules "wrong.yaml:7:11: 'kind'"
has_not "$tmp/out" 'night en-US'
broken --audio none.wav
line problem 'night en-US' none.wav
broken --audio callaudit.yaml
line problem 'night en-US' 'cannot be measured'
# a model that kills PocketSphinx costs a worker, not the doctor
mkdir -p bad/en-us
cp /usr/share/pocketsphinx/model/en-us/en-us/* bad/en-us
head -c 20000 /usr/share/pocketsphinx/model/en-us/en-us/mdef >bad/en-us/mdef
with 'models: {en-US: bad/en-us}'
expect 3 timeout 120 "$PROGRAM" doctor
line problem 'night en-US' 'cannot be measured: '
cp sound.yaml callaudit.yaml

# ---- mistakes --------------------------------------------------------------------------------------------
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    expect 2 "$PROGRAM" doctor "$@"
    has "$tmp/err" "$text"
    equal 'stdout of a mistake' '' "$(cat "$tmp/out")"
}
wrong 'nothing to name' here
wrong '--hours takes' --hours 0
wrong '--hours takes' --hours many
wrong "unknown format 'csv'" --format csv
expect 0 "$PROGRAM" doctor --help
has "$tmp/out" 'usage: callaudit doctor'
