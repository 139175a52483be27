#!/bin/sh
# `callaudit rules`: every class of mistake is found at its place, the shipped rules keep their own
# examples, and files made to hurt are refused at once.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need python3 python3
shipped=$root/rules
mkdir "$tmp/desk"
cd "$tmp/desk"
rules() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$PROGRAM" rules "$@"
}
good() { # a file without mistakes; the rule's keys stand on lines 4 to 11
    cat <<'YAML'
ruleset: desk
language: en-US
rules:
  - id: greeting
    title: Greets the customer
    dimension: courtesy
    kind: required
    who: agent
    within: {first: 20s}
    phrases: [how may i help you]
    weight: 10
YAML
}

# ---- check: mistakes ----------------------------------------------------------------------------
good >good.yaml
rules 0 check good.yaml
equal 'a good file' '1 rule sets, 1 rules, 0 errors, 0 warnings' "$(cat "$tmp/out")"
equal 'a good file, stderr' '' "$(cat "$tmp/err")"

told() { # PLACE TEXT: the one error that `rules check bad.yaml` tells
    rules 3 check bad.yaml
    has "$tmp/err" "bad.yaml:$1: error: "
    has "$tmp/err" "$2"
    equal "errors told for $2" 1 "$(grep -c ': error: ' "$tmp/err")"
    has "$tmp/out" ' 1 errors, 0 warnings'
}
changed() { # SED-SCRIPT PLACE TEXT: the good file with a change
    good | sed "$1" >bad.yaml
    cmp -s good.yaml bad.yaml && fail "sed changed nothing: $1"
    told "$2" "$3"
}
added() { # LINE PLACE TEXT: the good file with a line 12, indented as the rule's keys
    {
        good
        printf '    %s\n' "$1"
    } >bad.yaml
    told "$2" "$3"
}
# keys
changed 's/weight:/wieght:/' 11:5 "unknown key 'wieght'; did you mean 'weight'?"
changed 's/ruleset:/rulset:/
    1i ruleset: x' 2:1 "unknown key 'rulset'; did you mean 'ruleset'?"
changed 's/first: 20s/frist: 20s, last: 5s/' 9:14 "unknown key 'frist'; did you mean 'first'?"
added 'qqqq: 1' 12:5 "unknown key 'qqqq'"
has_not "$tmp/err" 'did you mean'
added 'weight: 5' 12:5 "the key 'weight' was already given on line 11"
changed '/title:/d' 4:5 "the key 'title' is missing"
changed '/dimension:/d' 4:5 "the key 'dimension' is missing"
changed '/kind:/d' 4:5 "the key 'kind' is missing"
changed '/phrases:/d' 4:5 "the rule needs 'phrases' or a 'regex'"
changed '/ruleset:/d' 1:1 "the key 'ruleset' is missing"
changed '/language:/d' 1:1 "the key 'language' is missing"
changed '4,99d' 3:7 "'rules': expected a list of rules"
# values
changed 's/required/requird/' 7:11 "(did you mean 'required'?), found 'requird'"
has "$tmp/err" 'expected one of required, forbidden, limit'
changed 's/courtesy/kindness/' 6:16 "'dimension': expected one of courtesy, "
changed 's/who: agent/who: agnet/' 8:10 "did you mean 'agent'?"
changed 's/weight: 10/weight: ten/' 11:13 "a whole number from 0 to 100, found 'ten'"
changed 's/weight: 10/weight: 101/' 11:13 "found '101'"
changed 's/id: greeting/id: Greeting/' 4:9 "id 'Greeting': expected small letters"
changed 's/20s/20 seconds/' 9:21 "expected a time such as 20s, 1m or 500ms"
changed 's/20s/0s/' 9:21 "'first': expected a time"
changed 's/first: 20s/first: 20s, last: 20s/' 9:13 'exactly one of first, last, after and before'
changed 's/20s/20s, limit: 5s/' 9:33 "'limit' belongs to 'after' and 'before' only"
changed 's/required/limit/' 4:5 "needs 'max'"
added 'max: 2' 12:10 "'max' belongs to rules of kind 'limit' only"
added 'critical: true' 12:15 "'critical' belongs to rules of kind 'forbidden' only"
changed 's/required/forbidden/; s/weight: 10/critical: yes/' 11:15 "'critical': expected true or false, found 'yes'"
changed 's/ruleset: desk/ruleset: my desk/' 1:10 'a name without white space'
# what YAML has beyond lists, maps and text
added 'unless: &excuse [sorry]' 12:13 'anchors (&name) are not supported'
added 'unless: *excuse' 12:13 'aliases (*name) are not supported'
added 'unless: !!seq [sorry]' 12:13 'tags (!name) are not supported'
added 'unless: [!str sorry]' 12:14 'tags (!name) are not supported'
changed '1i %YAML 1.1' 1:1 'directives are not supported'
changed '11a ---' 12:1 'a second document'
changed 's/weight: 10/weight: [10/' 12:1 "did not find expected ',' or ']'"
changed 's/Greets the/Greets: the/' 5:18 'mapping values are not allowed in this context'
changed "s/    title/\\t title/" 5:1 'tab character'
printf '' >bad.yaml
rules 3 check bad.yaml
has "$tmp/err" 'bad.yaml: error: the file is empty'
echo '- a list' >bad.yaml
told 1:1 'expected a rule file: a map with ruleset, language and rules'
# phrases; the column is the phrase's, the byte is counted inside it
phrase() { # PHRASE BYTE TEXT
    changed "s/how may i help you/$1/" 10:15 "(at byte $2)"
    has "$tmp/err" "$3"
}
phrase 'how (may|can i help you' 5 "'(' is never closed"
phrase 'how may) i help you' 8 'a bracket is closed that was never opened'
phrase "'thank [you'" 7 "'[' is never closed"
phrase "'how (may]'" 9 "')' expected here"
phrase "'how (may|) i'" 10 'words expected here'
phrase "''" 1 'words expected here'
phrase "'[thank you]'" 1 'all of it can be left out'
phrase "'thank you!'" 10 'this sign is never spoken'
changed 's/\[how may i help you\]/[]/' 10:14 "'phrases': expected a list of texts"
changed 's/\[how may i help you\]/how may i help you/' 10:14 "'phrases': expected a list of texts"
changed 's/how may i help you/[how]/' 10:15 'expected text'
changed 's/$/ /; /phrases/s/how may.*/(a|b) (a|b) (a|b) (a|b) (a|b) (a|b) (a|b) (a|b) (a|b) (a|b) (a|b)]/' \
    10:15 'stands for too many wordings'
added 'rivals: [how may i help you]' 12:14 "the rival 'how may i help you' is a phrase of the rule as well (line 10)"
# words left out
added 'min_words: 6' 12:16 "'min_words': the longest phrase has only 5 words"
added 'min_words: 1' 12:16 "'min_words': expected a whole number from 2 to 100, found '1'"
added 'min_word: 3' 12:5 "unknown key 'min_word'; did you mean 'min_words'?"
changed 's/how may/&/; s/phrases: .*/regex: help\n    min_words: 3/' 11:16 "'min_words' belongs to rules with 'phrases'"
changed 's/how may i help you/a b c d e f g h i j k/; s/weight: 10/min_words: 4/' 10:15 "too many wordings with words left out"
# regexes
added 'regex: "\bhelp\b"' 12:12 'must not stand in double quotes'
added "regex: '(help'" 12:12 'missing closing parenthesis'
added "regex: 'h*'" 12:12 'matches nothing at all'
added "regex: ''" 12:12 'matches nothing at all'
# rules among themselves
changed 's/first: 20s/after: greting/' 4:5 "'within' of 'greeting' names 'greting', which is no rule of this file"
changed 's/first: 20s/after: hold, limit: 30s/' 4:5 "names 'hold'"
changed 's/first: 20s/after: greeting, limit: 30s/' 4:5 "'within' of 'greeting' leads back to where it began"
second() { # SED-SCRIPT: the good file with a second rule, from line 12 on
    good
    good | sed -n '4,$p' | sed "s/id: greeting/id: second/; s/how may i/may i/; $1"
}
second 's/first: 20s/after: greeting/' | sed '9s/first: 20s/before: second/' >bad.yaml
told 4:5 'leads back to where it began' # one complaint a circle
second 's/first: 20s/after: greeting/' >bad.yaml
rules 0 check bad.yaml
second 's/id: second/id: greeting/' >bad.yaml
told 12:5 "the id 'greeting' is taken by the rule on line 4"
# examples
added "tests: {hit: ['agent: hello']}" 12:19 'expected [m:ss speaker] in front'
added "tests: {hit: ['[0:75 agent] hello']}" 12:19 'expected a part like [0:05 agent]'
added "tests: {miss: ['[0:05 nobody] hello']}" 12:20 'nobody'
added "tests: {hit: ['[0:05 agent] hello [0:02 agent] there']}" 12:19 'the times must not go back'
# two files of one name
mkdir two
good | sed 's/ruleset: desk/ruleset: north/' >two/north.yaml
good >two/one.yaml
good >two/two.yaml
rules 3 check two
has "$tmp/err" "two/two.yaml:1:1: error: the name 'desk' is taken by the rule set in two/one.yaml"
equal 'errors of two files' 1 "$(grep -c ': error: ' "$tmp/err")"
rm two/two.yaml
rules 0 check two
# all mistakes of all files at once, in the order of the files
good | sed 's/required/requird/; s/weight:/wieght:/' >two/one.yaml
good | sed 's/ruleset: desk/ruleset: zebra/; s/title:/titel:/' >two/zebra.yaml
rules 3 check two
equal 'places' 'two/one.yaml:7:11: two/one.yaml:11:5: two/zebra.yaml:4:5: two/zebra.yaml:5:5:' \
    "$(sed 's/ error:.*//' "$tmp/err" | xargs)"
# words outside the dictionary: a warning, not an error, once a word, where it first stands
good | sed 's/how may i help you/how may i help quuxly, the quuxly 24, 您 there/' >bad.yaml
rules 0 check bad.yaml
has "$tmp/err" "bad.yaml:10:15: warning: no dictionary of en-US knows 'quuxly', it is listened for as K W AH K S L IY; confirm or correct it by a line 'quuxly K W AH K S L IY' in a file that models: {en-US: {pronunciations: FILE}} names"
has "$tmp/err" "bad.yaml:10:38: warning: no dictionary of en-US knows '24', it is listened for as T W EH N T IY F AO R;"
# and those that nobody can hear
has "$tmp/err" "bad.yaml:10:53: warning: no dictionary of en-US knows '您': '您 there' cannot be heard without a transcript"
has "$tmp/out" '0 errors, 3 warnings'
cp bad.yaml guessed.yaml
# the desk's own pronunciations
printf 'models: {en-US: {pronunciations: desk.dict}}\n' >own.yaml
printf '# names\nQuuxly  K W AH1 K S L IY # ours\n' >desk.dict
rules 0 check --config own.yaml guessed.yaml
has_not "$tmp/err" quuxly
has "$tmp/err" "by a line '24 T W EH N T IY F AO R' in desk.dict"
has "$tmp/out" '0 errors, 2 warnings'
printf 'quuxly K W AX\nquuxly\nzelle Z EH L\nzelle Z EH\nx,y K\n\377 K\n' >desk.dict
rules 3 check --config own.yaml guessed.yaml
has "$tmp/err" "desk.dict:1:12: error: the model has no phone 'AX', only AA AE AH"
has "$tmp/err" 'desk.dict:2:7: error: phones expected behind the word'
has "$tmp/err" "desk.dict:4:1: error: 'zelle' was already given on line 3"
has "$tmp/err" "desk.dict:5:1: error: expected a word as phrases spell it, found 'x,y'"
has "$tmp/err" 'desk.dict:6:1: error: this is not UTF-8'
has "$tmp/out" '5 errors, 0 warnings'
expect 3 "$FAKE" run --config own.yaml --rules good.yaml .
has "$tmp/err" "desk.dict:1:12: the model has no phone 'AX'"
has "$tmp/err" '(and 4 more)'
rm desk.dict
rules 0 check --config own.yaml good.yaml
has "$tmp/err" "words of 'desk' not looked up: pronunciations for en-US: desk.dict"
expect 3 "$FAKE" run --config own.yaml --rules good.yaml .
has "$tmp/err" 'pronunciations for en-US: desk.dict'
rm own.yaml guessed.yaml
# a tolerance that is none, or too great
for warning in "5:12:16:no phrase is longer than 5 words" "2:10:15:'how may i help you': 2 of its 5 words are less than half"; do
    words=${warning%%:*}
    {
        good
        echo "    min_words: $words"
    } >bad.yaml
    rules 0 check bad.yaml
    place=$(echo "$warning" | cut -d: -f2,3)
    has "$tmp/err" "bad.yaml:$place: warning: "
    has "$tmp/err" "${warning#*:*:*:}"
    has "$tmp/out" '0 errors, 1 warnings'
done
# a regex that no keyphrase pass can listen for
{
    good
    echo "    regex: 'help.*you'"
} >bad.yaml
rules 0 check bad.yaml
has "$tmp/err" "bad.yaml:12:12: warning: the regex is no list of at most 256 wordings, so it needs a transcript"
has "$tmp/out" '0 errors, 1 warnings'
echo 'hearing: {transcript: all}' >all.config
rules 0 check --config all.config bad.yaml
equal 'warnings where every call has a transcript' '' "$(cat "$tmp/err")"
{
    good
    echo "    regex: '(?:a|b|c|d|e|f|g|h)(?:a|b|c|d|e|f|g|h)(?:ye|no)s?'" # 256 wordings
} >bad.yaml
rules 0 check bad.yaml
has_not "$tmp/err" 'needs a transcript'
# as JSON
good | sed 's/required/requird/' >bad.yaml
rules 3 check --format json bad.yaml
equal 'check as JSON' 'bad.yaml 7 11 error 1 0 desk 1' "$(json "$tmp/out" \
    '" ".join(str(x) for x in [*v["diagnostics"][0].values()][:4]
        + [v["errors"], v["warnings"], v["rulesets"][0]["name"], v["rulesets"][0]["rules"]])')"
equal 'stderr beside JSON' '' "$(cat "$tmp/err")"
# the hash is of what judges, not of how it is written
hash_of() {
    rules 0 check --format json "$1"
    json "$tmp/out" 'v["rulesets"][0]["hash"]'
}
{
    echo '# a comment'
    good | sed 's/how may i help you/"how may i help you"/'
    echo "    tests: {hit: ['[0:02 agent] how may i help you']}"
} >same.yaml
equal 'the hash of the same rules' "$(hash_of good.yaml)" "$(hash_of same.yaml)"
good | sed 's/20s/21s/' >other.yaml
[ "$(hash_of good.yaml)" != "$(hash_of other.yaml)" ] || fail 'another window, the same hash'

# ---- check: what there is -------------------------------------------------------------------------
rules 3 check nothing-here
has "$tmp/err" 'nothing-here'
mkdir empty
rules 3 check empty
has "$tmp/err" 'no rule file (*.yaml) in empty'
rules 3 check # no callaudit.yaml, no folder rules
rules 0 check good.yaml good.yaml two/north.yaml # a file named twice is read once
has "$tmp/out" '2 rule sets'
rules 2
rules 2 chek good.yaml
has "$tmp/err" 'chek'
rules 2 check --format csv good.yaml
rules 2 check --colour good.yaml
has "$tmp/err" '--colour'
rules 0 --help
has "$tmp/out" 'usage: callaudit rules check|test|list'
printf 'rules: good.yaml\n' >callaudit.yaml
rules 0 check
rm callaudit.yaml

# ---- the shipped rules ------------------------------------------------------------------------------
rules 0 check "$shipped"
equal 'errors and warnings of the shipped rules' '0 errors, 0 warnings' "$(sed 's/.* rules, //' "$tmp/out")"
rules 0 test "$shipped"
matches "$tmp/out" '^[1-9][0-9]* examples, 0 failed$'
examples=$(sed 's/ .*//' "$tmp/out")
[ "$examples" -ge 100 ] || fail "only $examples examples in the shipped rules"
rules 0 list --format json "$shipped"
cp "$tmp/out" "$tmp/list.json"
# every rule has an id of its own, and an example of each side
equal 'ids that are not unique' '[]' "$(json "$tmp/list.json" '[r["id"] for r in v["rules"]
    if sum(o["id"] == r["id"] and o["ruleset"] == r["ruleset"] for o in v["rules"]) > 1]')"
for file in "$shipped"/*/*.yaml; do
    equal "rules with examples of both sides in $file" "$(grep -c '^  - id:' "$file") $(grep -c '^  - id:' "$file")" \
        "$(grep -c '^      hit:' "$file") $(grep -c '^      miss:' "$file")"
done

# ---- test -------------------------------------------------------------------------------------------
tested() { # FILE: the good file with four examples on lines 14, 15, 17 and 18
    good
    cat <<'YAML'
    tests:
      hit: # line 13
        - '[0:02 agent] good morning how may i help you'
        - '[0:02 agent] how may we help you'
      miss:
        - '[0:02 customer] how may i help you'
        - '[0:45 agent] how may i help you'
YAML
}
tested | sed '15d' >kept.yaml
rules 0 test kept.yaml
equal 'kept examples' '3 examples, 0 failed' "$(cat "$tmp/out")"
tested >broken.yaml
rules 3 test broken.yaml
matches "$tmp/out" "^broken.yaml:15:11: rule 'greeting': expected hit, found miss ("
has "$tmp/out" '4 examples, 1 failed'
tested | sed '15d; s/first: 20s/first: 60s/' >broken.yaml
rules 3 test broken.yaml
matches "$tmp/out" "^broken.yaml:17:11: rule 'greeting': expected miss, found hit ('how may i help you' by the agent at 0:45"
rules 3 test --format json broken.yaml
equal 'test as JSON' '3 1 broken.yaml 17 11 greeting miss hit' "$(json "$tmp/out" '" ".join(str(x)
    for x in [v["examples"], v["failed"]] + [*v["failures"][0].values()][:6])')"
rules 3 test kept.yaml broken.yaml # the same name twice
rules 3 test good.yaml
has "$tmp/err" 'no rule has an example'
good | sed 's/required/requird/' >bad.yaml
rules 3 test bad.yaml
has "$tmp/err" 'bad.yaml:7:11: error:'

# words left out, and every spelling of the same words
cat >spelling.yaml <<'YAML'
ruleset: spelling
language: zh-CN
rules:
  - id: whole
    title: 瞭解計畫
    dimension: courtesy
    kind: required
    phrases: ['請問有什麼可以幫（到｜上）您', ＡＴＭ卡, 您瞭解 計畫嗎]
    regex: '帳　戶|回[覆電]'
    tests:
      hit:
        - '[0:02 agent] 请问有什么可以帮到您'
        - '[0:02 agent] 請 問 有 什 麼 可 以 幫 上 您'
        - '[0:02 agent] 您的 atm 卡'
        - '[0:02 agent] 您的ａｔｍ　卡'
        - '[0:02 agent] 您了解计划吗'
        - '[0:02 agent] 我的账户'
        - '[0:02 agent] 请回复'
      miss:
        - '[0:02 agent] 请问有什么可以帮您'
        - '[0:02 agent] 您了解吗'
  - id: partly
    title: 部分
    dimension: courtesy
    kind: required
    phrases: [歡迎致電北方銀行]
    min_words: 6
    tests:
      hit:
        - '[0:02 agent] 欢迎致电北方银行'
        - '[0:02 agent] 您好迎致电北方行'
      miss:
        - '[0:02 agent] 欢迎您致电北方银行' # 致电北方银行: six, and a word between
        - '[0:02 agent] 欢迎致电北'
YAML
rules 3 test spelling.yaml
has "$tmp/out" "spelling.yaml:33:11: rule 'partly': expected miss, found hit ('致电北方银行' by the agent"
equal 'examples in other spellings' '13 examples, 1 failed' "$(tail -n 1 "$tmp/out")"
sed 's/min_words: 6/min_words: 7/; /迎致电北方行/d' spelling.yaml >kept.yaml
rules 0 test kept.yaml

# the shipped Mandarin rules as one writes them in Taiwan, against their examples in simplified
# characters, and the other way round
need opencc opencc
mix() { # RULES EXAMPLES: the file whose lines with examples are from EXAMPLES, the others from RULES
    awk 'NR == FNR { examples[FNR] = $0; next } { print /\[[0-9]+:/ ? examples[FNR] : $0 }' "$2" "$1"
}
for region in s2tw s2hk; do
    opencc -c "$region.json" -i "$shipped/zh/courtesy.yaml" -o traditional.yaml
    mix traditional.yaml "$shipped/zh/courtesy.yaml" >mixed.yaml
    [ "$(diff mixed.yaml "$shipped/zh/courtesy.yaml" | grep -c '^<')" -ge 100 ] || fail "$region changed little"
    rules 0 test mixed.yaml
    mix "$shipped/zh/courtesy.yaml" traditional.yaml >mixed.yaml
    rules 0 test mixed.yaml
done

# ---- list -------------------------------------------------------------------------------------------
second 's/first: 20s/after: greeting, limit: 30s/; s/Greets the customer/礼貌, politely/; s/who: agent/who: any/; s/phrases/min_words: 3\n    &/' >list.yaml
rules 0 list list.yaml
cat >"$tmp/table" <<'TABLE'
desk (en-US, list.yaml)
id        kind      dimension  weight  who    window               min_words  title
greeting  required  courtesy   10      agent  first 20s            -          Greets the customer
second    required  courtesy   10      any    after greeting, 30s  3          礼貌, politely
TABLE
same "$tmp/table" "$tmp/out"
rules 0 list --format json list.yaml
equal 'list as JSON' "{'ruleset': 'desk', 'id': 'second', 'kind': 'required', 'dimension': 'courtesy', 'weight': 10, 'who': 'any', 'window': 'after greeting, 30s', 'min_words': 3, 'title': '礼貌, politely'}" \
    "$(json "$tmp/out" 'v["rules"][1]')"
equal 'without min_words' None "$(json "$tmp/out" 'v["rules"][0]["min_words"]')"
rules 2 list --format csv list.yaml
rules 3 list bad.yaml

# ---- files made to hurt: refused within a second of work -------------------------------------------
mkdir hostile
python3 - <<'PYTHON'
head = b'ruleset: x\nlanguage: en-US\nrules:\n'
rule = b' - {id: a, title: t, dimension: courtesy, kind: required, '
files = [ # name, place, text, bytes
    ('deep brackets', '1:', 'nested too deep', b"[" * 500000),
    ('deep braces', '1:', 'nested too deep', b"{a: " * 200000),
    ('deep dashes', '1:', 'nested too deep', b"- " * 400000),
    ('deep indentation', '', 'nested too deep', b"a:\n" + b"".join(b" " * i + b"-\n" for i in range(1, 1000))),
    ('complex keys', '1:3', 'a key must be text', b"? " * 200000),
    ('a megabyte of name', '1:10', 'longer than 64 KiB', b"ruleset: " + b"x" * 1000000),
    ('an open quotation', '', 'unexpected end of stream', b"ruleset: \"" + b"x" * 1000000),
    ('empty lines', '', 'unexpected end of stream', b"ruleset: \"" + b"\n" * 1000000),
    ('five megabytes', '', 'over the limit', b"x" * 5000000),
    ('many values', '', 'too many values', head + b' - phrases: [' + b'x,' * 400000 + b']'),
    ('many rules', '4:', 'more than 1000 rules', head + b''.join(b' - {id: r%d}\n' % i for i in range(20000))),
    ('many mistakes', '4:4', 'more messages', head + b' - {}\n' * 999),
    ('the same key', '', 'already given', b"{" + b"a: b, " * 15000 + b"}"),
    ('aliases', '1:4', 'anchors', b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (i, i) for i in range(50))),
    ('a bomb in flow', '1:2', 'anchors', b"[&a [x, x], &b [*a, *a], &c [*b, *b], &d [*c, *c]]"),
    ('directives', '1:1', 'directives', b"%TAG ! x\n" * 100000),
    ('NUL', '1:12', 'a NUL byte', b"ruleset: de\0sk\n"),
    ('an escaped NUL', '1:10', 'NUL', b"ruleset: \"de\\0sk\"\n"),
    ('all NULs', '1:1', 'a NUL byte', b"\0" * 1000000),
    ('Latin-1', '2:13', 'not UTF-8', b"ruleset: desk\nlanguage: en\xff\n"),
    ('cut UTF-8', '1:11', 'not UTF-8', b"ruleset: \xe7\xa4\xbc\xe7\xa4"),
    ('a surrogate', '1:10', 'not UTF-8', b"ruleset: \xed\xa0\x80"),
    ('an overlong slash', '1:10', 'not UTF-8', b"ruleset: \xc0\xaf"),
    ('UTF-16', '1:1', 'not UTF-8', "ruleset: x".encode("utf-16")),
    ('exploding phrases', '4:', 'too many wordings', head + rule + b'phrases: ["' + b'(a|b) ' * 80 + b'"]}'),
    ('many phrases', '', 'more than', head + rule + b'phrases: [' + b''.join(b'"(a|b|c|d) (e|f|g|h) (i|j|k|l) w%d", ' % i for i in range(10000)) + b'z]}'),
    ('nested groups', '4:', 'too deeply nested', head + rule + b"regex: '" + b'(' * 30000 + b'a' + b')' * 30000 + b"'}"),
    ('a huge repeat', '4:', 'regex', head + rule + b'regex: \'((((a{1,999}){1,999}){1,999}){1,999})\'}'),
]
with open('hostile/list', 'w') as list:
    for i, (name, place, text, data) in enumerate(files):
        open(f'hostile/{i}.yaml', 'wb').write(data)
        print(f'{i}.yaml', name, place, text, sep='|', file=list)
PYTHON
while IFS='|' read -r file name place text; do
    # shellcheck disable=SC2016
    expect 3 timeout 20 sh -c 'ulimit -t 1; exec "$0" rules check "$1"' "$PROGRAM" "hostile/$file"
    has "$tmp/err" "hostile/$file:$place"
    has "$tmp/err" "$text"
    [ "$(wc -c <"$tmp/err")" -lt 200000 ] || fail "$name: $(wc -c <"$tmp/err") bytes of complaint"
done <hostile/list
[ "$(grep -c . hostile/list)" -ge 25 ] || fail 'few hostile files'
# a regex that runs away is cut off and said to be unsure
python3 -c "print('ruleset: x\nlanguage: en-US\nrules:\n - {id: a, title: t, dimension: courtesy, kind: required, regex: \'(a+)+\$\', tests: {hit: [\'[0:01 agent] ' + 'a' * 60 + ' b\']}}')" >hostile.yaml
# shellcheck disable=SC2016
expect 3 timeout 20 sh -c 'ulimit -t 1; exec "$0" rules test hostile.yaml' "$PROGRAM"
has "$tmp/out" 'expected hit, found unsure (a matching limit was reached)'
mkfifo hostile.fifo
expect 3 timeout 5 "$PROGRAM" rules check hostile.fifo
expect 3 timeout 5 "$PROGRAM" rules check /dev/zero
