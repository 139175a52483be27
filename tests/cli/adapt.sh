#!/bin/sh
# `callaudit model adapt`: voices are learned from the calls that are there, whatever their order;
# runs hear with what was learned, and say so. The fake recognizer says how well each warp suits.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
desk "$tmp/desk"
cd "$tmp/desk"
cat >make.py <<'PYTHON'
"""make.py DIR AGENT FIRST LAST ROUNDS: AGENT_..._AGENTn.wav of ROUNDS times 2 s, 1.1 s of it the agent's by the segmenter."""
import os, random, struct, sys, wave

folder, agent, first, last, rounds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
os.makedirs(folder, exist_ok=True)
for number in range(first, last + 1):
    source = random.Random(f'{agent}{number}')
    frames = []
    for i in range(16000):
        sides = (1600 < i < 7200, 8800 < i < 14400)
        frames += [int(source.uniform(-1, 1) * (6000 if on else 20)) for on in sides]
    with wave.open(f'{folder}/{agent}_20261001T1000{number:02}_{agent}{number}.wav', 'wb') as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack(f'<{len(frames)}h', *frames) * rounds)
PYTHON
make() {
    python3 make.py "$@"
}
warps() { # DIR CALL SCORE,SCORE,SCORE
    printf '{"lines": [], "warps": [%s]}\n' "$3" >"$CALLAUDIT_FAKE_WORDS/$(basename "$1"/*_"$2".wav .wav).words.json"
}
adapt() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$FAKE" model adapt "$@"
}
profiles='SELECT agent, language, model, version, warp, calls, speech_ms, score_084, score_100, score_117 FROM voice_profile ORDER BY 1, 2, 3, 4'
voice() { # AGENT: what the last answer's table says of it, without the seconds of speech
    sed -n "s/^$1 *[^ ]* *//p" "$tmp/out" | tr -s ' ' | sed 's/ [0-9]* s / /'
}

# amy's voice is high, bob's low, cat's an ordinary one with a lead too small to count; dan says
# little, and nothing that eve says is among the wordings.
make calls amy 1 3 45
make calls bob 1 2 50
make calls cat 1 2 50
make calls dan 1 1 45
make calls eve 1 2 50
for n in 1 2 3; do warps calls amy$n 10,11,14.5; done
warps calls bob1 12,10,9
warps calls bob2 13.5,14,8
for n in 1 2; do warps calls cat$n 10.1,10,10.1; done
warps calls dan1 1,2,3

# ---- a dry run, and the same for good -----------------------------------------------------------
adapt 0 --dry-run --jobs 2 calls
equal "amy's voice" '3 - 1.17 30.0 33.0 43.5 learned' "$(voice amy)"
[ ! -e desk.db ] || fail 'a dry run made a database'
cp "$tmp/out" "$tmp/dry"
adapt 0 --jobs 2 calls
sed 's/, version 1$//' "$tmp/out" >"$tmp/wet"
same "$tmp/dry" "$tmp/wet"
equal 'lines' 6 "$(wc -l <"$tmp/out" | tr -d ' ')"
equal "bob's voice" '2 - 0.84 25.5 24.0 17.0 learned, version 1' "$(voice bob)"
equal "cat's voice" '2 - 1 20.2 20.0 20.2 learned, version 1' "$(voice cat)"
equal "dan's voice" '1 - - 1.0 2.0 3.0 too little speech' "$(voice dan)"
equal "eve's voice" '2 - - 0.0 0.0 0.0 no wording heard' "$(voice eve)"
rows 'profiles' desk.db 'SELECT agent, language, model, version, warp, calls FROM voice_profile' 'amy|en-US|en-us|1|1.17|3
bob|en-US|en-us|1|0.84|2
cat|en-US|en-us|1|1.0|2'
sql desk.db "$profiles" >"$tmp/rows"
check_db desk.db
adapt 0 --jobs 1 calls
equal 'the same again' '3 1.17 1.17 30.0 33.0 43.5 unchanged' "$(voice amy)"
sql desk.db "$profiles" >"$tmp/again"
same "$tmp/rows" "$tmp/again"

# ---- whatever the order ---------------------------------------------------------------------------
cp -r calls copies # the same bytes once more count once
for order in 'ls -r calls/*.wav' 'ls calls/*_*2.wav copies/*.wav calls' 'ls -d copies calls'; do
    rm -f order.db*
    # shellcheck disable=SC2046
    adapt 0 --db order.db --jobs 3 $(sh -c "$order" | grep -v ':$' | sed 's,^\([^/]*\.wav\)$,calls/\1,')
    sql order.db "$profiles" >"$tmp/order"
    same "$tmp/rows" "$tmp/order"
done
rm -r copies

# ---- all or nothing ----------------------------------------------------------------------------------
cp desk.db half.db
sql half.db "DELETE FROM voice_profile; CREATE TRIGGER full BEFORE INSERT ON voice_profile
    WHEN new.agent = 'cat' BEGIN SELECT raise(ABORT, 'no room for cat'); END"
adapt 3 --db half.db calls
has "$tmp/err" 'profile of cat: '
has "$tmp/err" 'no room for cat'
rows 'what was written before it' half.db 'SELECT count(*) FROM voice_profile' 0

# ---- only some agents ------------------------------------------------------------------------------
adapt 0 --db some.db --agent cat --agent amy --agent zoe --format json calls
equal 'the agents asked for' 'amy learned 1, cat learned 1, zoe too little speech 0' \
    "$(json "$tmp/out" '", ".join("{} {} {}".format(p["agent"], p["result"], p["version"]) for p in v["voices"])')"
equal 'scores' '[0.84, 1, 1.17] [30, 33, 43.5] None 1.17 en-us' "$(json "$tmp/out" \
    '"{} {} {} {} {}".format([s["warp"] for s in v["voices"][0]["scores"]], [s["score"] for s in v["voices"][0]["scores"]],
     v["voices"][0]["before"], v["voices"][0]["now"], v["voices"][0]["model"])')"
rows 'only theirs' some.db 'SELECT agent FROM voice_profile' 'amy
cat'

# ---- a run hears with it ------------------------------------------------------------------------------
expect 0 "$FAKE" run --jobs 2 calls
heard='SELECT c.call_uid, c.profile, c.warp, j.profile FROM call AS c JOIN judgement AS j ON j.call_id = c.id ORDER BY 1'
rows 'profiles of the calls' desk.db "$heard" 'amy1|amy@1|1.17|amy@1
amy2|amy@1|1.17|amy@1
amy3|amy@1|1.17|amy@1
bob1|bob@1|0.84|bob@1
bob2|bob@1|0.84|bob@1
cat1|cat@1|1.0|cat@1
cat2|cat@1|1.0|cat@1
dan1|||
eve1|||
eve2|||'
expect 0 "$PROGRAM" explain bob1
has "$tmp/out" 'heard by fake, voice profile bob@1 (warp 0.84); judged by'
expect 0 "$PROGRAM" explain dan1
has_not "$tmp/out" profile
expect 0 "$PROGRAM" explain --format json bob1
equal 'the trace' 'bob@1 0.84' "$(json "$tmp/out" '"{} {}".format(v["profile"], v["warp"])')"

expect 0 "$FAKE" explain --trace calls/*_amy3.wav
has "$tmp/out" '"profile": "amy@1"'
expect 0 "$FAKE" explain --db none.db --trace calls/*_amy3.wav
has_not "$tmp/out" 'amy@1'

# Another voice than last month: a new version. What was judged stays, later calls are heard with it.
for n in 1 2; do warps calls bob$n 10,10,12; done
adapt 0 --agent bob calls
equal "bob's new voice" '2 0.84 1.17 20.0 20.0 24.0 learned, version 2' "$(voice bob)"
rows 'both versions' desk.db "SELECT version, warp FROM voice_profile WHERE agent = 'bob'" '1|0.84
2|1.17'
make calls bob 3 3 1
expect 0 "$FAKE" run calls
has "$tmp/out" '11 recordings: 1 judged, 10 judged before'
rows "bob's calls" desk.db "SELECT call_uid, profile FROM call WHERE agent = 'bob' ORDER BY 1" 'bob1|bob@1
bob2|bob@1
bob3|bob@2'
# Agents on no channel of their own are not heard with it, and nothing is learned of them.
cp desk.db mono.db
mkdir mono
mono=mono/amy_20261002T100000_amy9.wav
python3 -c 'import sys, wave
with wave.open(sys.argv[1]) as a, wave.open(sys.argv[2], "wb") as b:
    b.setparams((1, 2, 8000, 0, "NONE", ""))
    b.writeframes(b"".join(a.readframes(1)[:2] for _ in range(16000)))' calls/*_amy1.wav $mono
expect 0 "$FAKE" run --db mono.db mono
rows 'heard as a mixed channel' mono.db "SELECT speaker, profile FROM call AS c JOIN channel ON call_id = id WHERE call_uid = 'amy9'" 'mixed|'
adapt 0 --db mono.db mono
equal 'learned of a mixed channel' '0 - - 0.0 0.0 0.0 too little speech' "$(voice amy)"

# ---- what fails costs itself -----------------------------------------------------------------------------
rm -f desk.db*
printf '{"fault": "crash"}\n' >"$CALLAUDIT_FAKE_WORDS/$(basename calls/*_amy2.wav .wav).words.json"
printf 'no sound' >calls/amy_20261001T100009_amy8.wav
cp calls/*_cat1.wav calls/nobody.wav
adapt 1 calls
equal "amy's voice" '2 - 1.17 20.0 22.0 29.0 learned, version 1' "$(voice amy)"
equal 'failures' 3 "$(wc -l <"$tmp/err" | tr -d ' ')"
matches "$tmp/err" '^failed: .*/amy_20261001T100002_amy2.wav: recognizer-failed: the worker '
matches "$tmp/err" '^failed: .*_amy8.wav: unsupported-codec: '
matches "$tmp/err" '^failed: .*/nobody.wav: no-metadata: '
adapt 1 --db json.db --format json calls
equal 'failures as JSON' "['recognizer-failed', 'unsupported-codec', 'no-metadata']" "$(json "$tmp/out" '[f["reason"] for f in v["failed"]]')"
check_db desk.db

# ---- of many calls the first twenty by SHA-256 --------------------------------------------------------------
make many amy 1 23 1
for n in $(seq 1 23); do warps many amy"$n" "$n,0,0"; done
wanted=$(sha256sum many/*.wav | sort | head -n 20 | sed 's/.*_amy\([0-9]*\).wav$/\1/' | awk '{s += $1} END {print s}')
adapt 0 --db many.db --format json many
equal 'the calls taken' "20 $wanted" "$(json "$tmp/out" '"{} {}".format(v["voices"][0]["calls"], v["voices"][0]["scores"][0]["score"])')"

# ---- wrong use -------------------------------------------------------------------------------------------------
adapt 2
has "$tmp/err" 'name the recordings'
adapt 2 --jobs 0 calls
adapt 2 --from x calls
adapt 2 nowhere
expect 2 "$FAKE" model list --agent amy
has "$tmp/err" 'belong to adapt'
echo 'no database' >bad.db
cp bad.db bad.copy
adapt 3 --db bad.db calls
cmp -s bad.db bad.copy || fail 'a file that is no database was changed'
expect 0 "$FAKE" model --help
has "$tmp/out" 'callaudit model adapt'
