#!/bin/sh
# `callaudit explain`: the evidence of a judged call, and the trace of a recording through the
# stages.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
desk "$tmp/desk"
cd "$tmp/desk"
explain() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$FAKE" explain "$@"
}
make_calls calls 1 12
say calls 1 'agent 300 good morning how may i help you' 'customer 1200 well it is not my problem'
say calls 2 'agent 300 that is not my problem'
expect 0 "$FAKE" run calls

# ---- a call ---------------------------------------------------------------------------------------
explain 0 k2
has "$tmp/out" "call k2  $(call_path "$PWD/calls" 2)"
has "$tmp/out" 'agent agentC, started 2026-10-01T10:00:02+08:00, en-US, 0:02'
has "$tmp/out" 'channel 1: agent'
has "$tmp/out" 'channel 2: customer'
has "$tmp/out" 'judged by desk@'
has "$tmp/out" 'score 0.0, unsure 0 % of the weight'
matches "$tmp/out" '^  miss  *greeting (required, courtesy, weight 10): fault'
matches "$tmp/out" '^  hit  *rude (forbidden, empathy, weight 5): fault'
has "$tmp/out" '"not my problem"'
has "$tmp/out" 'sought'
has "$tmp/out" 'that is not my problem'
equal 'stderr' '' "$(cat "$tmp/err")"
cp "$tmp/out" "$tmp/by-id"
# by file name, too
explain 0 "$(basename "$(call_path calls 2)")"
same "$tmp/by-id" "$tmp/out"
# a unique beginning will do; an ambiguous one will not
explain 0 k12
cp "$tmp/out" "$tmp/k12"
explain 0 k1
has "$tmp/out" 'call k1 '
explain 2 k
explain 0 k11
has "$tmp/out" 'call k11 '

# ---- one rule -------------------------------------------------------------------------------------
explain 0 k1 greeting
matches "$tmp/out" '^  hit  *greeting .*: kept'
has "$tmp/out" '"how may i help you"'
has_not "$tmp/out" 'rude ('
explain 0 k1 rude # the customer's words are not the agent's
matches "$tmp/out" '^  miss  *rude .*: kept'
explain 2 k1 no-such-rule
has "$tmp/err" "call k1 was not judged by a rule 'no-such-rule'"
equal 'stdout' '' "$(cat "$tmp/out")"

# ---- JSON -----------------------------------------------------------------------------------------
explain 0 --format json k1
equal 'the call as JSON' 'k1 agentB desk@ 2000 hit,miss 100' "$(json "$tmp/out" \
    '"{} {} {} {} {} {}".format(v["meta"]["call_uid"], v["meta"]["agent"], v["rulesets"][:5],
     v["duration_ms"], ",".join(f["verdict"] for f in v["findings"]), v["score"]["points"])')"
json "$tmp/out" '" ".join(l["speaker"] + ":" + v["words"][l["first_word"]]["text"] for l in v["lines"])' >"$tmp/lines"
equal 'lines' 'agent:good customer:well' "$(cat "$tmp/lines")"

# ---- mistakes -------------------------------------------------------------------------------------
explain 2 nobody
has "$tmp/err" "the database has no call 'nobody'"
explain 2
explain 2 k1 rude more
explain 2 --trace "$(call_path calls 1)" k1
explain 2 --format table k1
explain 2 --until scor --trace "$(call_path calls 1)"
has "$tmp/err" 'did you mean score'
explain 3 --db none.db k1
[ ! -e none.db ] || fail 'explain made a database'
explain 3 --config none.yaml k1
explain 0 --help
has "$tmp/out" 'usage: callaudit explain'

# ---- traces ---------------------------------------------------------------------------------------
stages='decode segment recognize match measure score'
file=$(call_path calls 2)
cat >"$tmp/read-trace.py" <<'PYTHON'
import json, sys
text, at, told = sys.stdin.read(), 0, []
while text[at:].strip():
    value, at = json.JSONDecoder().raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
    call = value['call']
    told.append(f"{value['stage']}:{len(call['segments'])}:{len(call['lines'])}:{len(call['findings'])}"
                f":{len(call['measures']) > 0}:{call['score']['decided']}")
print(' '.join(told))
PYTHON
trace() { # STAGE: stage:segments:lines:findings:measured:scored of each stage told
    explain 0 --trace "$file" --until "$1"
    python3 "$tmp/read-trace.py" <"$tmp/out"
}
equal 'the trace' 'decode:0:0:0:False:False segment:2:0:0:False:False recognize:2:1:0:False:False match:2:1:2:False:False measure:2:1:2:True:False score:2:1:2:True:True' "$(trace score)"
all=$(trace score)
for stage in $stages; do
    equal "the trace until $stage" "${all%%"$stage:"*}" "$(trace "$stage" | sed "s/$stage:[^ ]*$//")"
done
explain 0 --trace "$file"
cp "$tmp/out" "$tmp/trace"
explain 0 --trace "$file"
same "$tmp/trace" "$tmp/out"
# the last stage is the call that the night stored
python3 -c 'import json, sys
text = sys.stdin.read()
print(json.dumps(json.loads(text[text.rindex("{\"stage\""):])["call"], sort_keys=True, indent=1))' \
    <"$tmp/trace" | grep -v '"path"' >"$tmp/traced"
explain 0 --format json k2
json "$tmp/out" 'json.dumps(v, sort_keys=True, indent=1)' | grep -v '"path"' >"$tmp/stored"
same "$tmp/traced" "$tmp/stored"
# nothing is stored, and no metadata is needed
cp "$file" nameless.wav
rm desk.db
explain 0 --trace nameless.wav --language en-US --transcript
[ ! -e desk.db ] || fail 'a trace made a database'
head -c 20 "$file" >cut.wav
explain 1 --trace cut.wav
matches "$tmp/err" '^callaudit: .'
explain 2 --trace no-such-file.wav
explain 2 --trace calls
