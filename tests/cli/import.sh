#!/bin/sh
# `callaudit import`: the same words give the same findings whichever file they come in, whoever
# heard them; files that cannot be read are named with line and reason, and cost only themselves.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sqlite3 sqlite3
desk "$tmp/desk"
cd "$tmp/desk"
import() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$PROGRAM" import "$@"
}
findings() { # DATABASE: all that was found and said, without the call's name
    sql "$1" 'SELECT rule_id, kind, dimension, verdict, ok, speaker, start_ms, end_ms, text, confidence, weight, critical FROM v_finding ORDER BY 1'
    sql "$1" 'SELECT speaker, start_ms, end_ms, word FROM v_word ORDER BY start_ms, speaker'
    sql "$1" 'SELECT name, speaker, round(value, 6), unit FROM v_measure ORDER BY 1, 2'
    sql "$1" 'SELECT duration_ms, score, round(unsure_share, 6), status, reason FROM v_call'
}

# ---- three formats, the same call ----------------------------------------------------------------
cat >agentA_20261001T100001_same.json <<'JSON'
{"lines": [
  {"speaker": "agent", "start_ms": 100, "end_ms": 2100, "text": "Good morning, how may I help you?"},
  {"speaker": "customer", "start_ms": 1900, "end_ms": 3000, "text": "Well — it’s not my problem"},
  {"speaker": "agent", "start_ms": 4000, "end_ms": 5000, "text": "That is NOT my   problem!", "confidence": 1.0}
]}
JSON
cat >agentA_20261001T100001_same.vtt <<'VTT'
WEBVTT - made by hand

NOTE agent: this is not said

STYLE
::cue { color: red }

first
00:00.100 --> 00:02.100 align:left
<v.loud Agent><b>Good</b> morning,
how may I help you?</v>

00:00:01.900 --> 00:00:03.000
customer: Well — it’s not my problem

00:04.000 --> 00:05.000
<v agent>That is NOT my &amp; problem!
VTT
import 0 --format json agentA_20261001T100001_same.json
equal 'stdout' '1 files: 1 judged, 0 failed' "$(cat "$tmp/out")"
has "$tmp/err" 'agentA_20261001T100001_same.json: same, agentA: score 66.667, 1 faults, 0 unsure'
rows 'the call' desk.db 'SELECT call_uid, agent, started_at, sha256, path, duration_ms FROM v_call' \
    "same|agentA|2026-10-01T10:00:01+08:00|$(sha256sum agentA_20261001T100001_same.json | cut -c 1-64)|$PWD/agentA_20261001T100001_same.json|5000"
rows 'findings' desk.db 'SELECT rule_id, verdict, ok, speaker, start_ms, end_ms, text FROM v_finding ORDER BY 1' \
    'greeting|hit|1|agent|980|2100|how may i help you
rude|hit|0|agent|4333|5000|not my problem'
rows 'words' desk.db "SELECT group_concat(word, ' ') FROM (SELECT word FROM v_word WHERE speaker = 'customer' ORDER BY start_ms)" \
    "well it's not my problem"
findings desk.db >"$tmp/json"
import 0 --db vtt.db --format vtt agentA_20261001T100001_same.vtt
findings vtt.db >"$tmp/vtt"
same "$tmp/json" "$tmp/vtt"
{
    echo ';; a word a line, in any order'
    sql desk.db "SELECT printf('talk %s %.3f %.3f %s 1.00', iif(speaker = 'agent', 'A', '2'), start_ms / 1000.0, (end_ms - start_ms) / 1000.0, iif(word = 'good', 'GOOD', word)) FROM v_word ORDER BY word"
    echo 'talk 1 0.000 0.050 <sil>'
    echo 'talk B 0.000 0.050 [noise] 0.2'
} >agentA_20261001T100001_same.ctm
import 0 --db ctm.db --format ctm agentA_20261001T100001_same.ctm
findings ctm.db >"$tmp/ctm"
same "$tmp/json" "$tmp/ctm"
# a call that explain wrote is read again
expect 0 "$PROGRAM" explain --format json same
cp "$tmp/out" again.json
import 0 --db again.db --format json again.json
findings again.db >"$tmp/again"
same "$tmp/json" "$tmp/again"
# again is no news
export_db desk.db "$tmp/first"
import 0 --format json agentA_20261001T100001_same.json
export_db desk.db "$tmp/second"
same "$tmp/first" "$tmp/second"

# ---- imported or heard: the same words, the same findings -----------------------------------------
CALLAUDIT_FAKE_WORDS=$root/tests/golden/words
mkdir golden
golden() { # COMMAND ARGUMENTS...
    expect 0 "$FAKE" "$@" --config "$root/tests/golden/callaudit.yaml"
}
for heard in "$root"/tests/golden/words/*.words.json; do
    cp "$root/samples/calls/$(basename "$heard" .words.json).wav" golden/
done
touch -d '1 hour ago' golden/* # or the run waits for them to settle
golden run --db heard.db golden
has "$tmp/out" ' 4 judged, 0 failed'
for heard in "$root"/tests/golden/words/*.words.json; do
    stem=$(basename "$heard" .words.json)
    # how long the recording is, the words do not say
    sed "1s/{/{\"duration_ms\": $(sql heard.db "SELECT duration_ms FROM v_call WHERE path LIKE '%/$stem.wav'"), /" \
        "$heard" >"golden/$stem.json"
done
golden import --db imported.db --format json golden/*.json
for database in heard imported; do
    for view in 'v_finding ORDER BY call_uid, rule_id' 'v_word ORDER BY call_uid, start_ms, speaker'; do
        sql $database.db "SELECT * FROM $view"
    done >"$tmp/$database"
    sql $database.db 'SELECT call_uid, agent, team, queue, direction, started_at, duration_ms, language, score, round(unsure_share, 4), ruleset FROM v_call ORDER BY 1' \
        >>"$tmp/$database"
done
same "$tmp/heard" "$tmp/imported"
[ "$(grep -c '|hit|' "$tmp/heard")" -ge 20 ] || fail 'the comparison is over too little'
# words that name their recording are that recording's: the same call, not another one
(
    cd golden
    for words in *.json; do
        sed "1s/{/{\"recording\": \"${words%.json}.wav\", /" "$words" >"named-$words"
    done
)
golden import --db heard.db --format json golden/named-*.json
rows 'calls' heard.db 'SELECT count(*), count(DISTINCT sha256) FROM v_call' '4|4'
golden run --db heard.db golden/*.wav
has "$tmp/out" '0 judged, 4 judged before'

# ---- the two Mandarin samples, against what their authors meant --------------------------------------
import 0 --config "$root/samples/callaudit.yaml" --db zh.db --format json "$root"/samples/words/*.json
equal 'Mandarin calls' '2 files: 2 judged, 0 failed' "$(cat "$tmp/out")"
sql zh.db "SELECT call_uid || ',' || rule_id || ',' || verdict FROM v_finding ORDER BY 1" >"$tmp/zh"
grep -E '^(c1017|c1018),' "$root/samples/truth-rules.csv" | tr -d '\r' | LC_ALL=C sort >"$tmp/zh-meant"
same "$tmp/zh-meant" "$tmp/zh"
[ "$(grep -c . "$tmp/zh")" -ge 40 ] || fail 'few rules for Mandarin'
rows 'Mandarin evidence' zh.db "SELECT agent, language, speaker, start_ms, end_ms, text FROM v_finding NATURAL JOIN v_call WHERE call_uid = 'c1017' AND ok = 0 AND verdict = 'hit'" \
    'wang.wei|zh-CN|agent|57153|59025|会有人联系您'
rows 'the recording that was named' zh.db "SELECT path, sha256 FROM v_call WHERE call_uid = 'c1018'" \
    "$root/samples/calls/c1018.ogg|$(sha256sum "$root/samples/calls/c1018.ogg" | cut -c 1-64)"

# ---- who was on the call: flags, then the file, then CDR, sidecar, file name ---------------------------
said='"lines": [{"speaker": "agent", "start_ms": 0, "end_ms": 900, "text": "how may i help you"}]'
told() { # CALL|AGENT|STARTED|LANGUAGE FILE ARGUMENTS...: of a database of its own
    wanted=$1
    shift
    rm -f told.db
    import 0 --db told.db --format json "$@"
    rows "who of $*" told.db 'SELECT call_uid, agent, started_at, language FROM v_call' "$wanted"
}
echo "{$said}" >tom_20261002T080000_c9.json
told 'c9|tom|2026-10-02T08:00:00+08:00|en-US' tom_20261002T080000_c9.json
told 'c9|ann|2026-10-02T08:00:00+08:00|en-US' tom_20261002T080000_c9.json --agent ann
told 'x|ann|2026-10-31T23:30:00+08:00|zh-CN' tom_20261002T080000_c9.json --agent ann --call-id x \
    --language zh-CN --started 2026-10-31T15:30:00Z --rules "$root/rules/zh"
echo "{\"call_id\": \"own\", \"agent\": 1042, \"started\": \"2026-10-03T00:00:00+08:00\", $said}" >tom_20261002T080000_c9.json
told 'own|1042|2026-10-03T00:00:00+08:00|en-US' tom_20261002T080000_c9.json
told 'own|ann|2026-10-03T00:00:00+08:00|en-US' --agent ann tom_20261002T080000_c9.json
printf 'id,when,who\nc9,2026-10-05 09:00:00,"Cruz, Ana"\nc7,2026-10-05 09:00:00,x\n' >cdr.csv
cat >cdr.yaml <<'YAML'
rules: rules
timezone: Asia/Shanghai
intake: {cdr: {file: cdr.csv, call_id: id, started: when, agent: who}}
YAML
echo "{$said}" >tom_20261002T080000_c9.json
told 'c9|Cruz, Ana|2026-10-05T09:00:00+08:00|en-US' --config cdr.yaml tom_20261002T080000_c9.json
printf 'id,when,who\nc9,2026-10-06 09:00:00,other\n' >other.csv
told 'c9|other|2026-10-06T09:00:00+08:00|en-US' --config cdr.yaml --cdr other.csv tom_20261002T080000_c9.json
cp tom_20261002T080000_c9.json plain.json
told "$(sha256sum plain.json | cut -c 1-32)|ann|2026-10-02T08:00:00+08:00|en-US" plain.json --agent ann \
    --started '2026-10-02 08:00:00'
sed 's/how may i help you/not my problem/; s/ruleset: desk/ruleset: second/' rules/desk.yaml >second.yaml
rm -f told.db
import 0 --db told.db --rules second.yaml --format json tom_20261002T080000_c9.json
rows 'the rules that were named' told.db "SELECT verdict, ruleset LIKE 'second@%' FROM v_finding NATURAL JOIN v_call WHERE rule_id = 'greeting'" 'miss|1'

# ---- files that cannot be read cost only themselves ---------------------------------------------------
bad() { # FORMAT TEXT: of what comes in; told on one line with the file's name and a reason
    cat >bad.words
    import 1 --db bad.db --format "$1" --agent a --started 2026-10-01T10:00:00 bad.words
    equal 'stdout' '1 files: 0 judged, 1 failed' "$(cat "$tmp/out")"
    matches "$tmp/err" '^failed: bad.words: unreadable: '
    has "$tmp/err" "$2"
    equal "lines told of '$2'" 1 "$(grep -c . "$tmp/err")"
}
line() { # MEMBERS of a line of JSON
    printf '{"lines": [{"speaker": "agent", "start_ms": 0, "end_ms": 9, "text": "a"}, {%s}]}' "$1"
}
echo 'hello' | bad json JSON
printf '' | bad json JSON
echo '{"lines": [' | bad json JSON
echo '[]' | bad json 'expected one JSON object'
echo '{}' | bad json 'lines: expected a list'
echo '{"lines": {}}' | bad json 'lines: expected a list'
echo '{"lines": [], "lines": []}' | bad json 'duplicate'
echo '{"agent": ["a"], "lines": []}' | bad json 'agent: expected a text'
echo '{"duration_ms": -1, "lines": []}' | bad json 'duration_ms'
line '"start_ms": 0, "end_ms": 9, "text": "a"' | bad json 'lines, number 2: speaker: expected agent, customer or mixed'
line '"speaker": "boss", "start_ms": 0, "end_ms": 9, "text": "a"' | bad json 'number 2: speaker'
line '"speaker": "agent", "start_ms": 0, "end_ms": 9' | bad json 'number 2: text'
line '"speaker": "agent", "start_ms": 9, "end_ms": 8, "text": "a"' | bad json 'number 2: end_ms'
line '"speaker": "agent", "start_ms": -1, "end_ms": 8, "text": "a"' | bad json 'number 2: start_ms'
line '"speaker": "agent", "start_ms": "0", "end_ms": 8, "text": "a"' | bad json 'number 2: start_ms'
line '"speaker": "agent", "start_ms": 0, "end_ms": 1e300, "text": "a"' | bad json 'number 2: end_ms'
line '"speaker": "agent", "start_ms": 0, "end_ms": 8, "text": "a", "confidence": 1.1' | bad json 'number 2: confidence'
line '"speaker": "agent", "start_ms": 0, "end_ms": 8, "text": "a\u0000b"' | bad json 'JSON'
printf '{"lines": "\377"}' | bad json 'not UTF-8'
printf '{"lines\000": 1}' | bad json 'NUL'
python3 -c 'print("[" * 100000)' | bad json 'JSON'
printf '00:00.000 --> 00:01.000\nagent: hi\n' | bad vtt 'line 1: expected WEBVTT'
printf '' | bad vtt 'line 1: expected WEBVTT'
printf 'WEBVTT\n\n0:00 --> 00:01.000\nhi\n' | bad vtt "line 3: expected a cue's times"
printf 'WEBVTT\n\n00:02.000 --> 00:01.000\nhi\n' | bad vtt 'line 3: a cue must not end before it starts'
printf 'WEBVTT\n\n00:00.000 --> 1\nhi\n' | bad vtt "line 3: expected a cue's end"
printf 'WEBVTT\n\n00:61.000 --> 01:02.000\nhi\n' | bad vtt 'line 3'
printf 'WEBVTT\n\nname\nagent: hi\n' | bad vtt 'line 4'
printf 'WEBVTT\n\n00:00.000 --> 00:01.000\n<v agent\nhi\n' | bad vtt 'line 4: a tag that is not closed'
printf 'x A 0 1\n' | bad ctm 'line 1: expected: file channel start duration word'
printf 'x A 0 1 hi\nx C 0 1 hi\n' | bad ctm 'line 2: expected channel A or 1'
printf 'x A 0 1 hi\ny A 0 1 hi\n' | bad ctm 'line 2: words of a second recording'
printf 'x A 0 -1 hi\n' | bad ctm 'line 1: expected start and duration'
printf 'x A nan 1 hi\n' | bad ctm 'line 1: expected start and duration'
printf 'x A 0 1 hi 7\n' | bad ctm 'line 1: expected a confidence'
printf 'x A 0 1 \377\n' | bad ctm 'not UTF-8'
mkdir folder
import 1 --db bad.db --format json none.json folder plain.json tom_20261002T080000_c9.json
has "$tmp/out" '4 files: 1 judged, 3 failed'
matches "$tmp/err" '^failed: none.json: unreadable: .*No such file or directory'
matches "$tmp/err" '^failed: folder: unreadable: '
matches "$tmp/err" '^failed: plain.json: no-metadata: .*no agent and start time'
matches "$tmp/err" '^tom_20261002T080000_c9.json: c9, tom: '
import 1 --db bad.db --format json --language zh-CN tom_20261002T080000_c9.json
has "$tmp/err" "no rule set judges calls in 'zh-CN'"
import 0 --db bad.db --format json tom_20261002T080000_c9.json
# the same bytes, or the same call id, is not taken twice
cp tom_20261002T080000_c9.json ann_20261002T090000_c10.json
import 1 --db bad.db --format json ann_20261002T090000_c10.json
matches "$tmp/err" '^failed: ann_.*: duplicate: the same call as .*/tom_20261002T080000_c9.json'
echo "{$said }" >ann_20261002T090000_c9.json
import 1 --db bad.db --format json ann_20261002T090000_c9.json
matches "$tmp/err" ': duplicate: '
rows 'calls' bad.db "SELECT call_uid, agent FROM v_call WHERE status = 'judged'" 'c9|tom'
for when in yesterday 2026-10-01 2026-02-30T10:00:00 2026-10-01T25:00:00; do
    import 1 --db bad.db --format json --agent a --started "$when" plain.json
    matches "$tmp/err" '^failed: plain.json: no-metadata: '
done
import 1 --db bad.db --format json --agent "$(printf 'a\tb')" --started 2026-10-01T10:00:00 plain.json
has "$tmp/err" 'control character'
check_db bad.db

# ---- mistakes --------------------------------------------------------------------------------------------
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    import 2 "$@"
    has "$tmp/err" "$text"
    equal 'stdout of a mistake' '' "$(cat "$tmp/out")"
}
wrong '--format json, vtt or ctm is needed' plain.json
wrong "not 'srt'" --format srt plain.json
wrong 'name the files' --format json
wrong '--call-id goes with one file' --format json --call-id x plain.json again.json
wrong '--colour' --format json --colour plain.json
import 3 --db none.db --rules no-rules --format json plain.json
import 3 --config none.yaml --format json plain.json
import 3 --db no-such-folder/x.db --format json plain.json
[ ! -e none.db ] || fail 'an import without rules made a database'
import 0 --help
has "$tmp/out" 'usage: callaudit import'

# ---- what is not there is refused ---------------------------------------------------------------------
printf '{"agent": "ann", "started": "2026-10-05T10:00:00+08:00", "call_id": "none", "lines": []}\n' >"$tmp/nothing.json"
expect 1 "$PROGRAM" import --db "$tmp/nothing.db" --rules "$root/rules" --format json "$tmp/nothing.json"
has "$tmp/err" 'empty: no words'
expect 2 "$PROGRAM" import --db "$tmp/nothing.db" --rules "$root/rules" --format json --agent '' "$tmp/nothing.json"
