#!/bin/sh
# `callaudit run` as users type it: which recordings it takes, whose they are, what it says, what
# it answers to mistakes. The fake recognizer stands in: what is heard is not the point here.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
desk "$tmp/desk"
cd "$tmp/desk"
run() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$FAKE" run "$@"
}

# ---- identity, verdicts, the file's mode --------------------------------------------------------
make_calls calls 1 3
say calls 1 'agent 100 how may i help you'
say calls 2 'agent 100 hello' 'agent 1200 that is not my problem'
run 0 --jobs 2 calls
has "$tmp/out" '3 recordings: 3 judged, 0 failed'
has "$tmp/out" 'worker peak'
rows 'identity' desk.db 'SELECT call_uid, sha256, path, agent, started_at, channels, duration_ms, language, status, reason FROM v_call ORDER BY 1' \
    "$(for n in 1 2 3; do
        file=$(call_path "$PWD/calls" $n)
        name=$(basename "$file")
        echo "k$n|$(sha256sum "$file" | cut -c 1-64)|$file|${name%%_*}|2026-10-01T10:00:0$n+08:00|2|2000|en-US|judged|"
    done)"
rows 'verdicts' desk.db "SELECT call_uid, rule_id, verdict, ok FROM v_finding ORDER BY 1, 2" \
    'k1|greeting|hit|1
k1|rude|miss|1
k2|greeting|miss|0
k2|rude|hit|0
k3|greeting|miss|0
k3|rude|miss|1'
rows 'scores' desk.db 'SELECT call_uid, score FROM v_call ORDER BY 1' 'k1|100.0
k2|0.0
k3|33.333'
equal 'mode of the database' 600 "$(stat -c %a desk.db)"

# ---- a second run does nothing ------------------------------------------------------------------
export_db desk.db "$tmp/first"
sql desk.db 'SELECT * FROM recording; SELECT * FROM judgement' >"$tmp/first-rows"
run 0 calls
has "$tmp/out" '3 recordings: 0 judged, 3 judged before, 0 failed'
export_db desk.db "$tmp/second"
sql desk.db 'SELECT * FROM recording; SELECT * FROM judgement' >"$tmp/second-rows"
same "$tmp/first" "$tmp/second"
same "$tmp/first-rows" "$tmp/second-rows"

# ---- a changed file is judged anew, the old judgement is kept -----------------------------------
make_calls other 4 4
cp "$(call_path other 4)" "$(call_path calls 3)"
run 0 calls
has "$tmp/out" '1 judged, 2 judged before'
rows 'the changed file' desk.db "SELECT sha256 FROM v_call WHERE call_uid = 'k3'" \
    "$(sha256sum "$(call_path calls 3)" | cut -c 1-64)"
check_db desk.db

# ---- the same bytes under another name are one call and a note ----------------------------------
cp "$(call_path calls 1)" calls/agentB_20261001T111111_copy.wav
run 0 calls
has "$tmp/out" '1 duplicates'
matches "$tmp/err" '^note: .*agentB_20261001T111111_copy.wav: duplicate: .*_k1.wav'
rows 'calls' desk.db 'SELECT count(*) FROM v_call' 3
run 0 calls
has "$tmp/out" '0 judged, 4 judged before, 0 failed'
# both at once, and neither known yet
mkdir twins
cp "$(call_path other 4)" twins/agentA_20261001T100001_one.wav
cp "$(call_path other 4)" twins/agentA_20261001T100001_two.wav
run 0 --db twins.db --jobs 2 twins
has "$tmp/out" '2 recordings: 1 judged, 1 duplicates, 0 failed'
rows 'twins' twins.db 'SELECT call_uid FROM v_call' one
# the same call id with other audio: which of them is the call is not guessed
make_calls twins 7 7
mv "$(call_path twins 7)" twins/agentA_20261001T100001_one.au.wav
mv twins/agentA_20261001T100001_one.au.wav twins/agentC_20261001T100009_one.wav
run 1 --db twins.db twins
matches "$tmp/err" '^failed: .*agentC_20261001T100009_one.wav: no-metadata: .*agentA_20261001T100001_one.wav, whose audio differs'
rows 'one call' twins.db "SELECT call_uid, agent FROM v_call WHERE status = 'judged'" 'one|agentA'
expect 1 "$PROGRAM" explain --db twins.db agentC_20261001T100009_one.wav
has "$tmp/err" 'failed, no-metadata'

# ---- the same bytes are the same call, wherever they lie and whenever they were touched ----------------
make_calls wander 8 9
run 0 --db wander.db wander
touch wander/*.wav
run 0 --db wander.db wander
has "$tmp/out" '2 recordings: 0 judged, 2 judged before, 0 failed'
mv wander moved
run 0 --db wander.db moved
has "$tmp/out" '2 recordings: 0 judged, 2 judged before, 0 failed'
rows 'moved' wander.db "SELECT count(*), sum(path LIKE '%/moved/%') FROM v_call" '2|2'
rows 'judged once' wander.db 'SELECT count(*) FROM judgement' 2

# ---- one run at a time; what cannot be read is named ---------------------------------------------------
(
    flock -n 9
    run 3 --db wander.db moved
    has "$tmp/err" 'another run is working on wander.db'
) 9>wander.db.lock
mkdir -p "strange/$(printf 'not\377utf8')"
cp "$(call_path moved 8)" "strange/$(printf 'not\377utf8')/x.wav"
run 1 --db wander.db strange moved
has "$tmp/out" 'could not be read (1):'

# ---- folders, files, links, hidden and foreign names ---------------------------------------------
make_calls outside 20 21
make_calls tree/deep/deeper 10 10
make_calls tree 11 16
mv "$(call_path tree 12)" tree/.hidden_20261001T101012_k12.wav
mkdir tree/.folder
mv "$(call_path tree 13)" tree/.folder/
mv "$(call_path tree 14)" tree/agentC_20261001T101014_k14.WAV
mv "$(call_path tree 15)" tree/agentA_20261001T101015_k15.dat
ln -s "$(call_path "$PWD/outside" 20)" tree/agentA_20261001T101020_k20.wav
ln -s "$PWD/outside" tree/linked
ln -s .. tree/deep/up
echo 'not audio' >tree/agentA_20261001T101099_k99.txt
run 0 --db tree.db tree
has "$tmp/out" '4 recordings: 4 judged, 0 failed'
rows 'taken' tree.db 'SELECT call_uid FROM v_call ORDER BY 1' 'k10
k11
k14
k16'
# named files are taken whatever they are called; each recording once, however often it is named
run 0 --db named.db "$(call_path tree 11)" "tree/../$(call_path tree 11)" "$PWD/tree/deep" \
    tree/agentA_20261001T101015_k15.dat tree/agentA_20261001T101020_k20.wav
has "$tmp/out" '4 recordings: 4 judged, 0 failed'
rows 'a link that was named' named.db "SELECT path FROM v_call WHERE call_uid = 'k20'" \
    "$(call_path "$PWD/outside" 20)"
# names that shells and tables stumble over
make_calls odd 30 31
mv "$(call_path odd 30)" "odd/--db agent_20261001T101030_k 30'\"\$(x).wav"
mv "$(call_path odd 31)" "odd/李娜_20261001T101031_k31.wav"
run 0 --db odd.db -- odd
rows 'odd names' odd.db 'SELECT call_uid, agent FROM v_call ORDER BY 1' "k 30'\"\$(x)|--db agent
k31|李娜"
mkdir empty
run 0 --db empty.db empty
has "$tmp/out" '0 recordings: 0 judged, 0 failed'

# ---- a file that still grows is left for the next run --------------------------------------------
make_calls growing 40 41
growing=$(call_path growing 41)
cat >settle.yaml <<'YAML'
database: growing.db
rules: rules
intake: {settle: 1s}
YAML
(while :; do
    printf 'more' >>"$growing"
    sleep 0.05
done) &
writer=$!
background=$writer
run 0 --config settle.yaml growing
kill "$writer"
wait "$writer" 2>/dev/null || :
background=
has "$tmp/out" '2 recordings: 1 judged, 1 still growing, 0 failed'
matches "$tmp/err" '^note: .*_k41.wav: growing'
rows 'the growing file' growing.db "SELECT status, reason FROM v_call WHERE path LIKE '%_k41.wav'" 'queued|growing'
run 0 --config settle.yaml growing
has "$tmp/out" '2 recordings: 1 judged, 1 judged before, 0 failed'
rows 'when it has grown' growing.db 'SELECT call_uid, status, reason FROM v_call ORDER BY 1' 'k40|judged|
k41|judged|'

# ---- metadata: CDR, then sidecar, then file name --------------------------------------------------
make_calls meta 50 54
mv "$(call_path meta 50)" meta/5550.wav
mv "$(call_path meta 51)" meta/side.wav
mv "$(call_path meta 53)" meta/nobody.wav
mv "$(call_path meta 54)" meta/bad.wav
cp "$(call_path meta 52)" "$tmp/k52.wav"
cat >meta/side.json <<'JSON'
{"agent": 1042, "started": "2026-10-02T08:00:00Z", "call_id": "s51", "queue": "loans", "team": "north"}
JSON
echo '{"agent": "x",' >meta/bad.json
cat >cdr.csv <<'CSV'
id,when,who,file,line
c50,2026-10-03 09:15:12,"Cruz, Ana",5550.wav,cards
k52,2026-10-04 10:00:00,wang.wei,,
k53,2026-10-05 10:00:00,li.na,,
CSV
cat >meta.yaml <<'YAML'
database: meta.db
rules: rules
timezone: Asia/Shanghai
intake:
  settle: 0ms
  cdr: {file: cdr.csv, call_id: id, started: when, agent: who, file_name: file, queue: line}
YAML
run 1 --config meta.yaml meta
has "$tmp/out" '5 recordings: 3 judged, 2 failed (no-metadata 2)'
has "$tmp/out" 'in the CDR but not recorded (1):'
matches "$tmp/err" '^failed: .*/nobody.wav: no-metadata: .*no agent and start time'
matches "$tmp/err" '^failed: .*/bad.wav: no-metadata: .*bad.json'
rows 'metadata' meta.db "SELECT call_uid, agent, started_at, queue, team FROM v_call WHERE status = 'judged' ORDER BY 1" \
    'c50|Cruz, Ana|2026-10-03T09:15:12+08:00|cards|
k52|wang.wei|2026-10-04T10:00:00+08:00||
s51|1042|2026-10-02T16:00:00+08:00|loans|north'
run 1 --config meta.yaml meta # said again until somebody sees to it
has "$tmp/out" '0 judged, 3 judged before, 2 failed (no-metadata 2)'
# without a CDR the call id of the file name stays; --cdr wins over the file's
printf 'id,when,who,file,line\nk52,2026-11-01 00:00:00,tom.reed,,\n' >late.csv
run 0 --config meta.yaml --db late.db --cdr late.csv "$(call_path meta 52)"
rows 'the CDR that was named' late.db 'SELECT call_uid, agent, started_at FROM v_call' \
    'k52|tom.reed|2026-11-01T00:00:00+08:00'
# no call id anywhere: the head of the hash
printf '{"agent": "a", "started": "2026-10-02 08:00:00"}' >meta/nobody.json
run 0 --db hash.db meta/nobody.wav
rows 'a call id from the bytes' hash.db 'SELECT call_uid FROM v_call' \
    "$(sha256sum meta/nobody.wav | cut -c 1-32)"

# ---- shards ---------------------------------------------------------------------------------------
make_calls many 60 79 1.2
say many 60 'agent 100 how may i help you'
run 0 --db whole.db many
run 0 --db parts.db --shard 1/2 many
first=$(sql parts.db 'SELECT count(*) FROM v_call')
if [ "$first" -le 0 ] || [ "$first" -ge 20 ]; then
    fail "shard 1/2 took $first of 20 recordings"
fi
has "$tmp/out" "20 recordings: $first judged, $((20 - first)) of other shards, 0 failed"
run 0 --db parts.db --shard 2/2 many
has "$tmp/out" "20 recordings: $((20 - first)) judged, $first judged before, 0 failed"
export_db whole.db "$tmp/whole"
export_db parts.db "$tmp/parts"
same "$tmp/whole" "$tmp/parts"

# ---- the summary for programs ---------------------------------------------------------------------
cat >"$tmp/keys" <<'KEYS'
already audio_ms cpu_seconds duplicates elsewhere failed found growing judged left peak_rss_bytes reasons replaced truncated unlisted unreadable unrecorded wall_seconds
KEYS
run 1 --db json.db --format json meta "$(call_path many 60)"
equal 'stderr and stdout apart' '{' "$(head -c 1 "$tmp/out")"
json "$tmp/out" '" ".join(sorted(v))' >"$tmp/found-keys"
same "$tmp/keys" "$tmp/found-keys"
equal 'stages' 'decode match measure recognize score segment' "$(json "$tmp/out" '" ".join(sorted(v["cpu_seconds"]))')"
equal 'counts' "6 4 2 0 {'no-metadata': 2} 7200" \
    "$(json "$tmp/out" 'v["found"], v["judged"], v["failed"], v["left"], v["reasons"], v["audio_ms"]' | tr -d '(,)')"

# ---- options win over the file; help ----------------------------------------------------------------
mkdir rules2
sed 's/ruleset: desk/ruleset: second/; s/how may i help you/good day/' rules/desk.yaml >rules2/x.yaml
run 0 --db second.db --rules rules2/x.yaml "$(call_path calls 1)"
equal 'stderr of a quiet run' '' "$(cat "$tmp/err")"
rows 'the rules that were named' second.db "SELECT verdict, ruleset LIKE 'second@%' FROM v_finding NATURAL JOIN v_call WHERE rule_id = 'greeting'" 'miss|1'
run 0 --help
has "$tmp/out" 'usage: callaudit run'
for option in --config --db --rules --cdr --jobs --shard --only --format; do
    has "$tmp/out" "$option"
done
(cd calls && run 0 -h)

# ---- mistakes: 2 for the command line, 3 for the set-up ---------------------------------------------
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    run 2 "$@"
    has "$tmp/err" "$text"
    equal "stdout of a mistake" '' "$(cat "$tmp/out")"
}
wrong "name the recordings"
wrong "--jobs takes a number from 1 to 256, not '0'" --jobs 0 calls
wrong "not '257'" --jobs 257 calls
wrong "not '2x'" --jobs 2x calls
wrong "not ''" --jobs '' calls
wrong "--shard takes K/N, such as 1/8, not '3/2'" --shard 3/2 calls
wrong "not '0/2'" --shard 0/2 calls
wrong "not '1'" --shard 1 calls
wrong "not '/2'" --shard /2 calls
wrong "not '1/2/3'" --shard 1/2/3 calls
wrong "not '-1/2'" --shard -1/2 calls
wrong "--only takes" --only maybe calls
wrong "--format takes text or json, not 'xml'" --format xml calls
wrong "--colour" --colour calls
wrong "requires an argument" calls --db
wrong "no-such-folder: No such file or directory" --db none.db no-such-folder
wrong "no-such-file.wav: No such file or directory" --db none.db calls no-such-file.wav
[ ! -e none.db ] || fail 'a wrong command line left a database'
expect 2 "$FAKE" runn calls
has "$tmp/err" "did you mean 'run'"

broken() { # TEXT ARGUMENTS...
    text=$1
    shift
    run 3 "$@" calls
    has "$tmp/err" "$text"
    equal "stdout without set-up" '' "$(cat "$tmp/out")"
}
broken 'no-such.yaml' --config no-such.yaml
broken 'no-such-rules' --db x.db --rules no-such-rules
broken 'no-such.csv' --config meta.yaml --cdr no-such.csv
printf 'database: x.db\nrules: rules\nintake: {settle: 0ms}\nchannel: {agent: left}\n' >typo.yaml
broken 'typo.yaml:4:1: error:' --config typo.yaml
has "$tmp/err" "channels"
printf 'database: x.db\nlimits:\n  time: soon\n' >value.yaml
broken 'value.yaml:3:9: error:' --config value.yaml
printf 'database: "x\n' >quote.yaml
broken 'quote.yaml:' --config quote.yaml
matches "$tmp/err" 'quote.yaml:[0-9]*:[0-9]*: error:'
printf 'database: x.db\nrules: rules\ntimezone: Asia/Peking-Duck\n' >zone.yaml
broken "Asia/Peking-Duck" --config zone.yaml
mkdir bad-rules
sed 's/kind: required/kind: requird/' rules/desk.yaml >bad-rules/desk.yaml
broken 'bad-rules/desk.yaml:7:11: error:' --db x.db --rules bad-rules
has "$tmp/err" 'required'
mkdir no-rules
broken 'no-rules' --db x.db --rules no-rules
printf 'id,when,who,file,line\nk1,"2026\n' >torn.csv
broken 'torn.csv:2' --config meta.yaml --db x.db --cdr torn.csv
printf 'id,when,who\nk1,2026-10-01 00:00:00,x\n' >narrow.csv
broken 'narrow.csv' --config meta.yaml --db x.db --cdr narrow.csv
sql newer.db "PRAGMA application_id = 1128363364; PRAGMA user_version = 1000; CREATE TABLE future (x)"
cp newer.db newer.copy
broken 'newer.db' --db newer.db
has "$tmp/err" 'newer'
cmp -s newer.db newer.copy || fail 'a newer database was changed'
sql foreign.db "CREATE TABLE accounts (x); INSERT INTO accounts VALUES (1)"
cp foreign.db foreign.copy
broken 'foreign.db' --db foreign.db
cmp -s foreign.db foreign.copy || fail 'a foreign database was changed'
printf 'these are no tables at all, but they are long enough to be taken for a header of a database file.....' >text.db
broken 'text.db' --db text.db
broken 'no-such-folder/x.db' --db no-such-folder/x.db
printf 'database: x.db\nrules: rules\nmodels: {en-US: no-such-model}\n' >model.yaml
broken 'no-such-model' --config model.yaml
[ ! -e x.db ] || fail 'a run without set-up left a database'
