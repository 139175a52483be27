# tests/lib.sh - what the shell tests share; source it first. Gives a private folder $tmp that is
# removed at exit, checks that print what was expected and what was found, and recordings that
# anybody can make again from a number.
# shellcheck shell=sh
: "${BUILD:=build/release}"
: "${PROGRAM:=$BUILD/callaudit}"
: "${FAKE:=$BUILD/callaudit-fake}"
LC_ALL=C.UTF-8
export LC_ALL
root=$(pwd)
absolute() {
    case $1 in
    /*) echo "$1" ;;
    *) echo "$root/$1" ;;
    esac
}
PROGRAM=$(absolute "$PROGRAM")
FAKE=$(absolute "$FAKE")
umask 022
tmp=$(cd "$(mktemp -d "${TMPDIR:-/tmp}/callaudit-test.XXXXXX")" && pwd -P)
background= # processes to end at exit
at_exit() {
    for pid in $background; do
        kill -9 "$pid" 2>/dev/null || :
    done
    rm -rf "$tmp"
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- telling ----------------------------------------------------------------------------------
note() {
    echo "note: $*"
}
skip() {
    echo "$*"
    exit 77
}
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}
show() { # FILE: for a failure's report
    sed 's/^/    | /' "$1" | head -n 40 >&2
}
need() { # TOOL PACKAGE
    command -v "$1" >/dev/null || fail "the test needs $1 (Debian package $2)"
}

# ---- checks -----------------------------------------------------------------------------------
# expect CODE COMMAND...: stdout goes to $tmp/out, stderr to $tmp/err.
expect() {
    wanted_code=$1
    shift
    found_code=0
    "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || found_code=$?
    [ "$found_code" -ne "$wanted_code" ] || return 0
    echo "FAILED: exit $found_code, expected $wanted_code: $*" >&2
    show "$tmp/out"
    show "$tmp/err"
    exit 1
}
has() { # FILE TEXT
    grep -qF -e "$2" "$1" && return
    echo "FAILED: '$2' expected in $1, which holds" >&2
    show "$1"
    exit 1
}
has_not() { # FILE TEXT
    grep -qF -e "$2" "$1" || return 0
    echo "FAILED: '$2' not expected in $1, which holds" >&2
    show "$1"
    exit 1
}
matches() { # FILE BASIC-REGEX
    grep -q -e "$2" "$1" && return
    echo "FAILED: a line matching '$2' expected in $1, which holds" >&2
    show "$1"
    exit 1
}
equal() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}
same() { # EXPECTED-FILE FOUND-FILE
    diff -u "$1" "$2" >"$tmp/diff" && return
    echo "FAILED: $2 is not as $1" >&2
    show "$tmp/diff"
    exit 1
}
sql() { # DATABASE QUERY
    sqlite3 -batch -noheader -cmd '.timeout 10000' "$1" "$2"
}
rows() { # WHAT DATABASE QUERY EXPECTED: the rows, one a line, columns parted by |
    equal "$1" "$4" "$(sql "$2" "$3")"
}
json() { # FILE PYTHON-EXPRESSION over the parsed value v
    python3 -c 'import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    v = json.load(file)
print(eval(sys.argv[2]))' "$1" "$2"
}

# ---- material ---------------------------------------------------------------------------------
# make_calls DIR FIRST LAST [SECONDS]: agentA_20261001T10MMSS_kN.wav, two sides of bursts that the
# segmenter takes for speech, other bytes for every N. A byte of its own says whose call it is.
make_calls() {
    mkdir -p "$1"
    python3 - "$@" <<'PYTHON'
import random, struct, sys, wave

folder, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 2.0
rate = 8000
for number in range(first, last + 1):
    source = random.Random(number)
    frames = []
    for i in range(int(seconds * rate)):
        at = i / (seconds * rate)
        sides = (0.1 < at < 0.45, 0.55 < at < 0.9)
        frames += [int(source.uniform(-1, 1) * (6000 if on else 20)) for on in sides]
    name = f'{folder}/agent{"ABC"[number % 3]}_20261001T10{number // 60 % 60:02}{number % 60:02}_k{number}.wav'
    with wave.open(name, 'wb') as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f'<{len(frames)}h', *frames))
PYTHON
}
call_path() { # DIR N: the path of make_calls' recording
    echo "$1"/agent?_*_k"$2".wav
}

# say DIR N [LINE...]: what the fake recognizer hears in recording N, a LINE "SPEAKER START_MS TEXT".
say() {
    said=$(basename "$(call_path "$1" "$2")" .wav)
    shift 2
    {
        printf '{"lines": ['
        separator=
        for line in "$@"; do
            who=${line%% *}
            line=${line#* }
            start=${line%% *}
            printf '%s{"speaker": "%s", "start_ms": %d, "end_ms": %d, "text": "%s", "confidence": 0.9}' \
                "$separator" "$who" "$start" $((start + 500)) "${line#* }"
            separator=', '
        done
        printf ']}\n'
    } >"$CALLAUDIT_FAKE_WORDS/$said.words.json"
}
fault() { # DIR N KIND: crash, exit, hang, memory or slow
    printf '{"fault": "%s"}\n' "$3" \
        >"$CALLAUDIT_FAKE_WORDS/$(basename "$(call_path "$1" "$2")" .wav).words.json"
}
CALLAUDIT_FAKE_WORDS=$tmp/words
export CALLAUDIT_FAKE_WORDS
mkdir "$CALLAUDIT_FAKE_WORDS"

# desk DIR: a small rule set and a configuration that does not wait for files to settle.
desk() {
    mkdir -p "$1/rules"
    cat >"$1/rules/desk.yaml" <<'YAML'
ruleset: desk
language: en-US
rules:
  - id: greeting
    title: Greets the customer
    dimension: courtesy
    kind: required
    who: agent
    phrases: [how may i help you]
    weight: 10
  - id: rude
    title: Brushes the customer off
    dimension: empathy
    kind: forbidden
    who: agent
    phrases: [not my problem]
    weight: 5
YAML
    cat >"$1/callaudit.yaml" <<'YAML'
database: desk.db
rules: rules
timezone: Asia/Shanghai
intake: {settle: 0ms}
YAML
}

# ---- databases --------------------------------------------------------------------------------
export_db() { # DATABASE FILE
    "$PROGRAM" db export --db "$1" >"$2" || fail "callaudit db export --db $1"
}
check_db() { # DATABASE
    expect 0 "$PROGRAM" db check --db "$1"
    rows "integrity of $1" "$1" 'PRAGMA integrity_check' ok
    rows "foreign keys of $1" "$1" 'PRAGMA foreign_key_check' ''
}
