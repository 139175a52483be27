#!/bin/sh
# The same recording gets the same words, findings and score, to the byte, whichever worker hears
# it, in whatever order, alone or after other calls. With the real recognizer, by Debian's model.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sox sox
cat >"$tmp/order.yaml" <<YAML
rules: $root/rules/en
timezone: Asia/Shanghai
intake: {settle: 0ms}
hearing: {transcript: none}
YAML
sed 's/transcript: none/transcript: all/' "$tmp/order.yaml" >"$tmp/words.yaml"

# Ten seconds each of six calls: different voices, noises, codecs, one and two channels.
mkdir "$tmp/calls" "$tmp/before"
clip() { # FOLDER NAME SAMPLE FROM
    sox -R -D "samples/calls/$3" "$tmp/$1/agent_20261001T10000${2#k}_$2.wav" trim "$4" 10
}
clip calls k1 li.na_20261005T090541_c1001.wav 20
clip calls k2 tom.reed_20261005T091512_c1002.wav 30
clip calls k3 wang.wei_20261007T112005_c1004.wav 20
clip calls k4 ana.cruz_20261016T104718_c1011.wav 20
clip calls k5 tom.reed_20261016T150527_c1012.wav 10
clip calls k6 ana.cruz_20261023T093302_c1016.wav 0
# Heard before them, by the same worker: louder, noisier, other voices. Their names sort first.
clip before k7 li.na_20261021T110914_c1014.mp3 15
clip before k8 wang.wei_20261013T161233_c1008.wav 25

run() { # DATABASE ARGUMENTS...
    database=$tmp/$1.db
    shift
    expect 0 "$PROGRAM" run --config "$tmp/order.yaml" --db "$database" "$@"
}
run one --jobs 1 "$tmp/calls"
[ "$(sql "$tmp/one.db" "SELECT count(*) FROM v_finding WHERE verdict = 'hit'")" -ge 6 ] ||
    fail 'hardly anything was heard: the comparison would prove nothing'
export_db "$tmp/one.db" "$tmp/one"
grep -q '"k6"' "$tmp/one" || fail 'the export does not hold the calls'

run two --jobs 2 "$tmp/calls"
export_db "$tmp/two.db" "$tmp/two"
same "$tmp/one" "$tmp/two"

for n in 6 5 4 3 2 1; do # each by a worker of its own, last first
    run alone --jobs 1 "$tmp/calls/agent_20261001T10000${n}_k$n.wav"
done
export_db "$tmp/alone.db" "$tmp/alone"
same "$tmp/one" "$tmp/alone"

set --
for n in 1 2 3 4 5 6; do
    set -- "$tmp/calls/agent_20261001T10000${n}_k$n.wav" "$@"
done
run reverse --jobs 2 "$@"
export_db "$tmp/reverse.db" "$tmp/reverse"
same "$tmp/one" "$tmp/reverse"

# after other calls: the export then holds those too, so compare what the tables say of ours
said() { # DATABASE FILE
    sql "$1" "SELECT * FROM v_call WHERE call_uid <= 'k6' ORDER BY call_uid;
        SELECT * FROM v_finding WHERE call_uid <= 'k6' ORDER BY call_uid, rule_id;
        SELECT * FROM v_measure WHERE call_uid <= 'k6' ORDER BY call_uid, name, speaker;
        SELECT * FROM v_word WHERE call_uid <= 'k6' ORDER BY call_uid, start_ms, speaker, end_ms, word" >"$2"
}
run after --jobs 1 "$tmp/before" "$tmp/calls"
rows 'calls' "$tmp/after.db" "SELECT count(*) FROM v_call WHERE status = 'judged'" 8
said "$tmp/one.db" "$tmp/said-one"
said "$tmp/after.db" "$tmp/said-after"
same "$tmp/said-one" "$tmp/said-after"

# the transcript tier keeps the same promise
transcribe() { # DATABASE NUMBERS...
    database=$tmp/$1.db
    shift
    for n in "$@"; do
        set -- "$@" "$tmp/calls/agent_20261001T10000${n}_k$n.wav"
        shift
    done
    expect 0 "$PROGRAM" run --config "$tmp/words.yaml" --db "$database" --jobs 1 "$@"
}
transcribe words-after 2 5
transcribe words-alone 5
sql "$tmp/words-alone.db" "SELECT * FROM v_word WHERE call_uid = 'k5'; SELECT * FROM v_finding WHERE call_uid = 'k5' ORDER BY rule_id" >"$tmp/words-alone"
sql "$tmp/words-after.db" "SELECT * FROM v_word WHERE call_uid = 'k5'; SELECT * FROM v_finding WHERE call_uid = 'k5' ORDER BY rule_id" >"$tmp/words-after"
[ "$(wc -l <"$tmp/words-alone")" -gt 30 ] || fail 'there is no transcript'
same "$tmp/words-alone" "$tmp/words-after"
