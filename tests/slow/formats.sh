#!/bin/sh
# One call in every format that telephone systems write is judged the same, rule by rule, by the
# real recognizer with Debian's model. What decodes to the same samples must even be heard the same,
# with the same times and confidences.
#
# The material: 23 s of c1014, 30 dB over its noise and at full level, and whole sentences as
# wordings. c1001 with the courtesy rules' short wordings was tried first: 8-bit PCM, ADPCM and low
# Opus rates moved some of them over the threshold, which says something of the codecs and the
# synthetic voice, and nothing of the decoding that is tested here. Thresholds are the product's own.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sox sox
need opusenc opus-tools
mkdir "$tmp/rules" "$tmp/left" "$tmp/right" "$tmp/third" "$tmp/fifth" "$tmp/mono"
cat >"$tmp/rules/formats.yaml" <<'YAML'
ruleset: formats
language: en-US
rules:
YAML
rule() { # ID WHO PHRASE
    cat >>"$tmp/rules/formats.yaml" <<YAML
  - id: $1
    title: $1
    dimension: process
    kind: limit
    max: 0
    who: $2
    phrases: ["$3"]
    weight: 1
YAML
}
rule hit-1 agent 'i apologize for the trouble'
rule hit-2 agent 'may i verify your identity'
rule hit-3 agent 'thank you i completely understand'
rule hit-4 agent 'two hundred and ten euros'
rule hit-5 agent 'you have two options'
rule hit-6 agent 'i can dispute the second charge'
rule hit-7 customer 'thirty first of january'
rule miss-1 agent 'thirty first of january' # said, by the other side
rule miss-2 customer 'may i verify your identity'
rule miss-3 agent 'you need to calm down'
rule miss-4 agent 'put you on a brief hold'
rule miss-5 agent 'someone will contact you'

# ---- the call in its formats --------------------------------------------------------------------------
call=samples/calls/li.na_20261021T110914_c1014.mp3
stereo=$tmp/stereo.wav
mono=$tmp/mono.wav
sox -R -D $call -e signed -b 16 "$stereo" trim 9.5 23.5 gain -n -1
sox -R -D "$stereo" "$mono" remix 1
write() { # FOLDER NAME.EXTENSION INPUT SOX-OPTIONS-AND-EFFECTS, parted by --
    target=$tmp/$1/agent_20261001T100000_${2%.*}.${2##*.}
    input=$3
    shift 3
    options=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    [ $# -eq 0 ] || shift
    # shellcheck disable=SC2086 # options are words
    sox -R -D "$input" $options "$target" "$@"
}
# the first of each folder is the reference; "same-" decodes to the reference's samples
write left a-reference.wav "$stereo"
write left same-pcm24.wav "$stereo" -b 24
write left same-pcm32.wav "$stereo" -b 32
write left same-float.wav "$stereo" -e float -b 32
write left same-double.wav "$stereo" -e float -b 64
write left same-flac.flac "$stereo"
write left same-flac24.flac "$stereo" -b 24
write left same-au.au "$stereo"
write left same-sph.sph "$stereo"
write left pcm8.wav "$stereo" -e unsigned -b 8
write left mulaw.wav "$stereo" -e mu-law
write left alaw.wav "$stereo" -e a-law
write left ima.wav "$stereo" -e ima-adpcm
write left ms.wav "$stereo" -e ms-adpcm
write left au-mulaw.au "$stereo" -e mu-law
write left au-alaw.au "$stereo" -e a-law
write left sph-mulaw.sph "$stereo" -e mu-law
write left vorbis.ogg "$stereo" -C 3
write left mp3.mp3 "$stereo" -C 32
write left mp3-44.mp3 "$stereo" -r 44100 -C 64
for rate in 11025 16000 22050 44100 48000; do
    write left rate-$rate.wav "$stereo" -r $rate
done
write left flac-48000.flac "$stereo" -r 48000
opusenc --quiet --serial 1 --bitrate 32 "$stereo" "$tmp/left/agent_20261001T100000_opus.opus"
opusenc --quiet --serial 1 --bitrate 24 "$stereo" "$tmp/left/agent_20261001T100000_oggopus.ogg"

write right a-reference.wav "$stereo" -- remix 2 1
write third three.wav "$stereo" -- remix 2 2 1
write third three.flac "$stereo" -b 24 -- remix 2 2 1
mv "$tmp/third/agent_20261001T100000_three.flac" "$tmp/third/agent_20261001T100000_threeflac.flac"
write fifth eight.wav "$stereo" -- remix 0 2 0 0 1 0 0 0

write mono a-reference.wav "$mono"
write mono same-sln.sln "$mono" -t raw -e signed -b 16 -L
write mono same-flac.flac "$mono"
write mono mulaw.ulaw "$mono" -t raw -e mu-law
write mono alaw.alaw "$mono" -t raw -e a-law
write mono gsm.gsm "$mono" -t gsm
write mono wavgsm.wav "$mono" -e gsm
write mono ima.wav "$mono" -e ima-adpcm
write mono sln16.sln16 "$mono" -t raw -e signed -b 16 -L -r 16000
write mono sln48.sln48 "$mono" -t raw -e signed -b 16 -L -r 48000
write mono mp3.mp3 "$mono" -C 24
write mono vorbis.ogg "$mono" -C 3
opusenc --quiet --serial 1 --bitrate 16 "$mono" "$tmp/mono/agent_20261001T100000_opus.opus"

# ---- judging ------------------------------------------------------------------------------------------
problems=0
check() { # WHAT EXPECTED FOUND: all formats are tried before the test fails
    [ "$2" != "$3" ] || return 0
    printf '%s:\n' "$1"
    echo "$2" >"$tmp/expected"
    echo "$3" >"$tmp/found"
    diff "$tmp/expected" "$tmp/found" | grep '^[<>]' || :
    problems=$((problems + 1))
}
judge() { # FOLDER AGENT
    cat >"$tmp/$1.yaml" <<YAML
database: $1.db
rules: rules
intake: {settle: 0ms}
channels: {agent: $2}
hearing: {transcript: none}
YAML
    expect 0 "$PROGRAM" run --config "$tmp/$1.yaml" --jobs 2 "$tmp/$1"
    equal "what is said of $1" '' "$(cat "$tmp/err")"
    check "not judged, or not whole, in $1" '' \
        "$(sql "$tmp/$1.db" "SELECT call_uid, status, reason FROM v_call WHERE status <> 'judged' OR reason IS NOT NULL")"
}
verdicts() { # FOLDER CALL [WHERE]
    sql "$tmp/$1.db" "SELECT rule_id, verdict FROM v_finding WHERE call_uid = '$2' AND (${3:-1}) ORDER BY 1"
}
heard() { # FOLDER CALL
    sql "$tmp/$1.db" "SELECT rule_id, verdict, speaker, start_ms, end_ms, text, confidence FROM v_finding WHERE call_uid = '$2' ORDER BY 1;
        SELECT score, unsure_share, duration_ms FROM v_call WHERE call_uid = '$2'"
}
wanted="hit-1|hit
hit-2|hit
hit-3|hit
hit-4|hit
hit-5|hit
hit-6|hit
hit-7|hit
miss-1|miss
miss-2|miss
miss-3|miss
miss-4|miss
miss-5|miss"
wanted_mono=$(echo "$wanted" | sed '/hit-7/d; /miss-2/d') # nobody hears the customer there
for pair in left:left right:right third:3 fifth:5 mono:mono; do
    folder=${pair%:*}
    judge "$folder" "${pair#*:}"
    for call in $(sql "$tmp/$folder.db" 'SELECT call_uid FROM v_call ORDER BY 1'); do
        if [ "$folder" = mono ]; then
            check "$folder/$call" "$wanted_mono" "$(verdicts mono "$call" "rule_id NOT IN ('hit-7', 'miss-2')")"
        else
            check "$folder/$call" "$wanted" "$(verdicts "$folder" "$call")"
        fi
        case $call in
        same-*) check "$folder/$call, to the digit" "$(heard "$folder" a-reference)" "$(heard "$folder" "$call")" ;;
        esac
    done
done
# the same sides on other channels are heard the same
for folder in right third fifth; do
    for call in $(sql "$tmp/$folder.db" 'SELECT call_uid FROM v_call'); do
        check "$folder/$call, beside the left side" "$(heard left a-reference)" "$(heard $folder "$call")"
    done
done
[ $problems -eq 0 ] || fail "$problems formats are judged otherwise"
