#!/bin/sh
# `callaudit rules rivals`: what calls really say that sounds like a wording is suggested, counted
# over calls; a wording, what another speaker says and what one call alone says are not.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sqlite3 sqlite3
desk "$tmp/desk"
cd "$tmp/desk"
rivals() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$PROGRAM" rules rivals "$@"
}
heard() { # CALL DAY LANGUAGE [LINE...]: imports a call; a LINE "SPEAKER START_MS TEXT"
    file=$1.json
    {
        printf '{"call_id": "%s", "agent": "ann", "started": "2026-%sT09:00:00+08:00", "language": "%s", "lines": [' \
            "$1" "$2" "$3"
        shift 3
        separator=
        for line in "$@"; do
            who=${line%% *}
            line=${line#* }
            start=${line%% *}
            printf '%s{"speaker": "%s", "start_ms": %d, "end_ms": %d, "text": "%s"}' "$separator" "$who" \
                "$start" $((start + 2000)) "${line#* }"
            separator=', '
        done
        printf ']}\n'
    } >"$file"
    expect 0 "$PROGRAM" import --format json "$file"
}
cat >rules/zh.yaml <<'YAML'
ruleset: desk-zh
language: zh-CN
rules:
  - id: greeting
    title: Greets the customer
    dimension: courtesy
    kind: required
    who: agent
    phrases: [请问有什么可以帮您]
    weight: 10
YAML

# ---- before there are words ----------------------------------------------------------------------
rivals 3
has "$tmp/err" desk.db
heard c0 10-01 en-US 'agent 0 good morning'
rivals 0
equal 'nothing near' '' "$(cat "$tmp/out")"
has "$tmp/err" 'no near-miss in two of the 1 calls with words'

# ---- what is near, by phones ------------------------------------------------------------------------
heard c1 10-01 en-US 'agent 61000 how can i help you' 'agent 70000 that is not my program'
heard c2 10-02 en-US 'agent 0 how can i help you' 'agent 9000 so how can i help you now' \
    'customer 20000 not my problems' 'agent 30000 well not a problem at all'
heard c3 11-02 en-US 'agent 0 how may i help you' 'agent 5000 how can i help you' \
    'customer 20000 not my problems' 'agent 30000 it is not my program'
# the same sounds in other letters, and a part of a wording
heard c4 11-03 en-US 'agent 0 not mai problem' 'agent 5000 how may i help'
heard c5 11-03 en-US 'agent 0 not my problem' 'agent 5000 how may i help'
told() { # EXPECTED: the suggestions of the JSON in $tmp/out
    equal 'suggestions' "$1" "$(json "$tmp/out" '"\n".join("|".join(str(r[k]) for k in ("ruleset", "rule", "wording", "suggestion", "calls", "times", "call", "start_ms")) for r in v["rivals"])')"
}
rivals 0 --format json
told 'desk|greeting|how may i help you|how can i help you|3|4|c1|61000
desk|rude|not my problem|not my program|2|2|c1|70666'
equal 'calls' 6 "$(json "$tmp/out" 'v["calls"]')"
json "$tmp/out" 'all(0 < r["distance"] <= 0.35 for r in v["rivals"])' | grep -qx True || fail 'a distance is out of range'
equal 'stderr of JSON' '' "$(cat "$tmp/err")"
rivals 0
equal 'the table' "desk (en-US, rules/desk.yaml)
rule      wording             suggestion          calls  times  example
greeting  how may i help you  how can i help you  3      4      c1 01:01
rude      not my problem      not my program      2      2      c1 01:10" "$(cat "$tmp/out")"
has "$tmp/err" "under 'rivals:' of its rule"
cp "$tmp/out" "$tmp/first"
rivals 0
same "$tmp/first" "$tmp/out"

# ---- of a month; of other rules; by another database ---------------------------------------------------
rivals 0 --month 2026-10 --format json
told 'desk|greeting|how may i help you|how can i help you|2|3|c1|61000'
rivals 0 --month 2026-12
has "$tmp/err" 'no call in a language of the rules has words'
sed 's/\[not my problem\]/&\n    rivals: [not my program]/' rules/desk.yaml >added.yaml
rivals 0 --format json added.yaml
told 'desk|greeting|how may i help you|how can i help you|3|4|c1|61000'
# keyphrases are no words
cp desk.db phrases.db
sql phrases.db "UPDATE line SET tier = 'phrase'"
rivals 0 --db phrases.db --format json
told ''
sql phrases.db "UPDATE line SET tier = 'transcript'"
rivals 0 --db phrases.db --format json added.yaml
told 'desk|greeting|how may i help you|how can i help you|3|4|c1|61000'

# ---- by letters, where no model is ------------------------------------------------------------------------
heard z1 10-05 zh-CN 'agent 1000 請問還有什麼可以幫您' 'customer 5000 请问有什么可以帮我'
heard z2 10-06 zh-CN 'agent 0 您好请问还有什么可以帮您' 'customer 5000 请问有什么可以帮我'
rivals 0 --format json rules/zh.yaml
told 'desk-zh|greeting|请问有什么可以帮您|请问还有什么可以帮您|2|2|z1|1000'
has "$tmp/err" 'words in zh-CN are compared by letters: '

# ---- mistakes --------------------------------------------------------------------------------------------
rivals 2 --month 2026-13
has "$tmp/err" 'is no month'
expect 2 "$PROGRAM" rules list --db desk.db
has "$tmp/err" '--db and --month belong to rivals'
rivals 2 --format csv
rivals 3 --db none.db
rivals 3 none.yaml
echo 'rules: [' >wrong.yaml
rivals 3 wrong.yaml
has "$tmp/err" 'wrong.yaml:'
