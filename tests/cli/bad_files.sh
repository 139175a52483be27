#!/bin/sh
# Files that no telephone system should write, and that one does: each ends with its own reason,
# in a few seconds, beside the others. Decoding is real; what would be heard is not the point.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sox sox
need opusenc opus-tools
desk "$tmp/desk"
given=$(cd .. && pwd)/shared/audio
cd "$tmp/desk"
cat >desk.yaml <<'YAML'
database: desk.db
rules: rules
timezone: Asia/Shanghai
intake: {settle: 0ms}
limits: {time: 60s, memory: 300MB, file: 3MB, shortest: 1s, longest: 20s}
YAML
mkdir bad
bad() { # NAME.EXTENSION: path of a bad recording whose metadata is in order
    echo "bad/agentA_20261001T100000_${1%.*}-${1##*.}.${1##*.}"
}

# judge STATUS REASON FILE: one run of the file alone. An endless one would end the test.
judge() {
    wanted=1
    [ "$1" = failed ] || wanted=0
    expect "$wanted" timeout 10 "$FAKE" run --config desk.yaml --jobs 1 "$3"
    full=$(cd "$(dirname "$3")" && pwd -P)/$(basename "$3")
    printf "SELECT status || ' ' || coalesce(reason, '') FROM v_call WHERE path = '%s'" "$full" >"$tmp/query"
    found=$(sql desk.db "$(cat "$tmp/query")")
    [ "$found" = "$1 $2" ] || {
        show "$tmp/err"
        fail "$(basename "$3"): expected '$1 $2', found '$found'"
    }
    [ "$1" = judged ] || matches "$tmp/err" "^failed: .*: $2: ."
    has_not "$tmp/out" 'replaced' # refused, not crashed on
}
refuse() { # REASON NAME
    judge failed "$1" "$(bad "$2")"
}

# ---- made by hand ---------------------------------------------------------------------------------
python3 - bad/agentA_20261001T100000_ <<'PYTHON'
import random, struct, sys

prefix = sys.argv[1]
def write(name, data):
    stem, ending = name.split('.')
    with open(f'{prefix}{stem}-{ending}.{ending}', 'wb') as file:
        file.write(data)

def header(length=0xffffffff, channels=1, rate=8000, bits=16, kind=1, riff=None):
    align = channels * bits // 8
    return (b'RIFF' + struct.pack('<I', (length + 36 if riff is None else riff) & 0xffffffff) + b'WAVEfmt '
            + struct.pack('<IHHIIHH', 16, kind, channels & 0xffff, rate, rate * align & 0xffffffff, align & 0xffff, bits)
            + b'data' + struct.pack('<I', length))

noise = random.Random(1)
def pcm(samples):
    return struct.pack(f'<{samples}h', *(int(noise.uniform(-9000, 9000)) for _ in range(samples)))

write('zero.wav', b'')
write('hours.wav', header(0x7fff0000 - 36))
write('headless.wav', header(2000)[:20])
write('million.wav', header(64000, channels=65535) + pcm(32000))
# an AU header has room for more than a WAV's 16 bits
write('million.au', b'.snd' + struct.pack('>IIIII', 24, 64000, 3, 8000, 1000000) + pcm(32000))
write('nochannels.wav', header(64000, channels=0) + pcm(32000))
write('zerorate.wav', header(64000, rate=0) + pcm(32000))
write('one.wav', header(64000, rate=1) + pcm(32000))
write('slowrate.wav', header(64000, rate=7999) + pcm(32000))
write('fastrate.wav', header(64000, rate=48001) + pcm(32000))
write('maxrate.wav', header(64000, rate=0xffffffff) + pcm(32000))
write('nine.wav', header(288000, channels=9) + pcm(144000))
write('bits.wav', header(64000, bits=0) + pcm(32000))
write('kind.wav', header(64000, kind=0x1234) + pcm(32000))
nan = struct.pack('<f', float('nan'))
floats = [noise.uniform(-.3, .3) * (1 if i < 8000 else .001) for i in range(16000)]
body = bytearray(struct.pack('<16000f', *floats))
write('nan.wav', header(64000, bits=32, kind=3) + nan * 16000)
body[40000:40004] = nan
write('onenan.wav', header(64000, bits=32, kind=3) + bytes(body))
body[40000:40004] = struct.pack('<f', float('inf'))
write('inf.wav', header(64000, bits=32, kind=3) + bytes(body))
body[40000:40004] = struct.pack('<f', 1e30)
write('huge.wav', header(64000, bits=32, kind=3) + bytes(body))
for name in 'wav mp3 ogg flac opus sph au w64 rf64'.split():
    write('random.' + name, noise.randbytes(20000))
for name in 'gsm ulaw alaw sln'.split(): # headerless: any bytes are audio of sorts
    write('random.' + name, noise.randbytes(33 * 800))
for number, magic in enumerate([b'RIFF\x10\x27\0\0WAVE', b'OggS\0\x02', b'fLaC\0\0\0\x22', b'.snd\0\0\0\x18', b'NIST_1A\n   1024\n', b'ID3\x04\0', b'\xff\xfb\x90']):
    write(f'magic{number}.wav', magic + noise.randbytes(20000))
write('text.wav', 'Dear customer,\nthis is no recording.\n'.encode() * 400)
write('zip.wav', b'PK\x03\x04' + noise.randbytes(9000))
write('silent.wav', header(64000) + bytes(64000))
write('constant.wav', header(64000) + struct.pack('<h', 1234) * 32000)
write('silent.ulaw', b'\xff' * 32000)
write('short.wav', header(12000) + pcm(6000))
write('sample.wav', header(2) + pcm(1))
write('nosamples.wav', header(0) )
write('long.wav', header(336000) + pcm(168000))
write('longer.ulaw', noise.randbytes(8000 * 21))
write('big.wav', header(3200000, rate=48000, channels=2) + bytes(3200000))
loops = header(64000)[:36]
write('chunks.wav', loops + b'LIST\xff\xff\xff\x7f' + b'data\x00\xfa\0\0' + pcm(32000))
write('zerochunks.wav', loops + b'junk\0\0\0\0' * 20000)
# Opus with a length of 2^62 samples, and a FLAC that promises 2^36
write('granule.opus', b'OggS\0\2' + struct.pack('<q', 0) + b'abcd\0\0\0\0\0\0\0\0\1\x13OpusHead\1\1\0\0\x40\x1f\0\0\0\0\0'
      + b'OggS\0\4' + struct.pack('<q', 1 << 62) + b'abcd\1\0\0\0\0\0\0\0\1\x10OpusTags\0\0\0\0\0\0\0\0')
write('promise.flac', b'fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x01\xf4\0\xff\xff\xff\xff\xff' + bytes(16))
PYTHON

refuse empty zero.wav
: >"$(bad other.sln)"
refuse empty other.sln # the same no bytes are no duplicate: what was never judged owns nothing
for name in hours nosamples; do
    refuse empty $name.wav
done
refuse unsupported-codec nine.wav
refuse unsupported-codec one.wav
refuse unsupported-codec slowrate.wav
refuse unsupported-codec fastrate.wav
for name in nan onenan inf; do
    refuse unreadable $name.wav
    has "$tmp/err" 'is not a number'
done
judge judged '' "$(bad huge.wav)"
refuse unsupported-codec text.wav
refuse unsupported-codec zip.wav
refuse empty silent.wav
refuse empty constant.wav
refuse empty silent.ulaw
refuse too-short short.wav
refuse too-short sample.wav
refuse too-long long.wav
refuse too-long longer.ulaw
refuse limit big.wav

# Which of two reasons libsndfile sees first is its affair; that it is refused is ours.
either() { # FILE: failed as unreadable, empty, too-short or unsupported-codec, or judged
    found_code=0
    timeout 10 "$FAKE" run --config desk.yaml --jobs 1 "$1" >"$tmp/out" 2>"$tmp/err" || found_code=$?
    [ "$found_code" -le 1 ] || fail "$1: exit $found_code: $(cat "$tmp/err")"
    has_not "$tmp/out" 'replaced'
    if [ "$found_code" = 1 ]; then
        matches "$tmp/err" '^failed: .*: \(unreadable\|empty\|too-short\|unsupported-codec\): .'
    fi
}
for file in bad/*_headless-* bad/*_million-* bad/*_nochannels-* bad/*_zerorate-* bad/*_maxrate-* bad/*_bits-* \
    bad/*_kind-* bad/*_random-* bad/*_magic* bad/*_chunks-* bad/*_zerochunks-* bad/*_granule-* bad/*_promise-*; do
    either "$file"
done

# ---- cut off in the middle --------------------------------------------------------------------------
# 10 s of the kind of sound that is judged (and an MP3 of the samples) in every container; 60 % of
# it is judged too, and marked where the container says how long it should have been.
mkdir whole cut
make_calls source 1 1 10
source=$(call_path source 1)
make_format() { # NAME SOX-ARGUMENTS...
    name=$1
    shift
    sox -R -D "$source" "$@" "whole/agentB_20261001T100000_$name"
}
make_format pcm.wav
make_format float.wav -e float -b 32
make_format ulaw.wav -e mu-law
make_format gsm.wav -c 1 -e gsm
make_format ima.wav -e ima-adpcm
make_format ms.wav -e ms-adpcm
make_format flac.flac
make_format ogg.ogg
make_format au.au -e mu-law
make_format sph.sph
make_format raw-ulaw.ulaw -t raw -c 1 -e mu-law
make_format raw-gsm.gsm -t gsm -c 1
opusenc --quiet --serial 1 "$source" whole/agentB_20261001T100000_opus.opus
cp "$root/samples/calls/c1006.mp3" whole/agentB_20261001T100000_mp3.mp3 # has a length tag
sed -i 's/longest: 20s/longest: 60s/' desk.yaml
silent=
for file in whole/*; do
    name=$(basename "$file")
    judge judged '' "$file"
    length=$(stat -c %s "$file")
    head -c $((length * 6 / 10)) "$file" >"cut/agentC_${name#agentB_}"
    expect 0 timeout 10 "$FAKE" run --config desk.yaml --db "cut-$name.db" --jobs 1 "cut/agentC_${name#agentB_}"
    found=$(sql "cut-$name.db" "ATTACH 'desk.db' AS whole; SELECT status, coalesce(reason, ''), duration_ms * 1000 /
        (SELECT duration_ms FROM whole.v_call WHERE path LIKE '%/$name') BETWEEN 400 AND 700 FROM main.v_call")
    case $name:$found in
    *:'judged|truncated|1') has "$tmp/out" '1 of them truncated' ;;
    *raw-*:'judged||1') silent="$silent .${name##*.}" ;; # no header that could tell
    *) fail "cut $name: found '$found' (status, reason, about 6 s long)" ;;
    esac
done
equal 'containers that cannot tell' ' .gsm .ulaw' "$silent"
note 'not noticed when cut off, since nothing says how long it was: .ulaw .alaw .gsm .sln, and MP3 without a length tag'
# an Ogg whose writer was killed ends with a whole page, but not with the last one
for name in ogg.ogg opus.opus; do
    python3 -c 'import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[2], "wb").write(data[:data.rindex(b"OggS", 0, len(data) * 7 // 10)])' \
        "whole/agentB_20261001T100000_$name" "cut/agentA_20261001T100000_page-$name"
    judge judged truncated "cut/agentA_20261001T100000_page-$name"
done
# cut inside the header or the first sound: nothing to judge
for file in whole/*; do
    name=$(basename "$file")
    for bytes in 3 30 200; do
        head -c $bytes "$file" >"cut/agentA_20261001T100000_head$bytes-${name#agentB_20261001T100000_}"
        either "cut/agentA_20261001T100000_head$bytes-${name#agentB_20261001T100000_}"
    done
done

# ---- audio in which nothing can be missed -----------------------------------------------------------
# The fake recognizer hears nothing anywhere; whether that is a miss is for the sound to say.
mkdir unfit
unfit() { # NAME VERDICT NOTE SOX-ARGUMENTS...: the greeting's verdict, and the note behind it
    name=$1
    verdict=$2
    note=$3
    shift 3
    sox -R -D "$source" -e mu-law "unfit/agentB_20261001T100000_$name.wav" "$@" 2>"$tmp/sox" ||
        fail "sox: $(cat "$tmp/sox")" # which warns of clipping
    expect 0 timeout 10 "$FAKE" run --config desk.yaml --db unfit.db "unfit/agentB_20261001T100000_$name.wav"
    rows "$name" unfit.db "SELECT verdict, note FROM finding JOIN rule ON rule.id = rule_id JOIN judgement ON judgement.id = judgement_id
        JOIN call ON call.id = call_id WHERE rule.name = 'greeting' AND path LIKE '%\_$name.wav' ESCAPE '\'" "$verdict|$note"
}
unfit as-it-is miss ''
unfit loud miss '' gain 16
unfit clipped unsure "the agent's side is clipped: 26 % of it at full scale" gain 26
unfit muffled unsure "the agent's side is muffled: nothing above 1480 Hz" sinc -1500
unfit narrow miss '' sinc -2800
unfit brief unsure "the agent's side has only 710 ms of speech" trim 4 4.5
rows 'the measures' unfit.db "SELECT name, value FROM v_measure JOIN v_call USING (call_uid) WHERE path LIKE '%muffled.wav' AND speaker = 'agent'
    AND name IN ('bandwidth', 'clipped', 'speech.share') ORDER BY 1" 'bandwidth|1480.0
clipped|0.0
speech.share|0.392'

# ---- what is no file ----------------------------------------------------------------------------------
mkdir nofile
mkdir nofile/agentA_20261001T100000_folder.wav
make_calls nofile/agentA_20261001T100000_folder.wav 70 70
mkfifo nofile/agentA_20261001T100000_fifo.wav
ln -s /dev/zero nofile/agentA_20261001T100000_zero.wav
ln -s nowhere nofile/agentA_20261001T100000_dangling.wav
ln -s agentA_20261001T100000_loop.wav nofile/agentA_20261001T100000_loop.wav
expect 0 timeout 10 "$FAKE" run --config desk.yaml --db nofile.db nofile
has "$tmp/out" '1 recordings: 1 judged, 0 failed'
for name in fifo zero dangling loop; do
    expect 2 timeout 10 "$FAKE" run --config desk.yaml --db none.db "nofile/agentA_20261001T100000_$name.wav"
done

# ---- what may not be read -----------------------------------------------------------------------------
if [ "$(id -u)" = 0 ]; then
    note 'files without permission are not tried: the tests run as root'
else
    make_calls forbidden/inner 80 82
    mv forbidden/inner/*_k80.wav forbidden/
    chmod 000 forbidden/*_k80.wav forbidden/inner
    expect 1 "$FAKE" run --config desk.yaml --db forbidden.db forbidden
    chmod 700 forbidden/*_k80.wav forbidden/inner
    has "$tmp/out" '1 recordings: 0 judged, 1 failed (unreadable 1)'
    has "$tmp/out" '1 folders or names could not be read'
fi

# ---- files that have broken decoders before -----------------------------------------------------------
if [ -d "$given" ]; then
    for file in "$given"/bad-*.wav; do
        name=$(basename "$file" .wav)
        cp "$file" "$(bad "$name.wav")"
        either "$(bad "$name.wav")"
    done
else
    note "no ../shared/audio here: its bad-*.wav were not tried"
fi

# ---- all together, by several workers, with the real recognizer -----------------------------------------
number=$(find bad -type f | wc -l)
before=$(date +%s)
expect 1 timeout 120 "$PROGRAM" run --config desk.yaml --db all.db --jobs 2 --format json bad
took=$(($(date +%s) - before))
equal 'found, left, replaced' "$number 0 0" "$(json "$tmp/out" '"{} {} {}".format(v["found"], v["left"], v["replaced"])')"
[ "$took" -le 60 ] || fail "$number bad files took $took s"
check_db all.db
rows 'reasons without a message' all.db "SELECT path FROM recording WHERE status = 'failed' AND coalesce(detail, '') = ''" ''
