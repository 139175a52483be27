#!/bin/sh
# `callaudit import` and what hostile words ask for: no file but a recording is looked at, no memory
# past its limit, and names that SQLite has meanings of its own for are files.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sqlite3 sqlite3
desk "$tmp/desk"
cd "$tmp/desk"
said='"lines": [{"speaker": "agent", "start_ms": 0, "end_ms": 900, "text": "How may I help you"}]'
refused() { # REASON-AND-TEXT
    expect 1 "$PROGRAM" import --format json --agent ann --started 2026-10-05T09:00:00 --call-id c1 words.json
    equal "lines told of '$1'" 1 "$(grep -c . "$tmp/err")"
    has "$tmp/err" "failed: words.json: $1"
}

# ---- the recording ---------------------------------------------------------------------------
mkdir folder.wav
echo secret >secret.txt
for name in /etc/hostname secret.txt ../desk/secret.txt secret words.json 'a.wav/../secret.txt'; do
    printf '{"recording": "%s", %s}\n' "$name" "$said" >words.json
    refused "unreadable: recording: '$name' is no name of a recording"
done
printf '{"recording": "folder.wav", %s}\n' "$said" >words.json
refused "unreadable: recording: 'folder.wav' is no regular file"
rows 'what was looked at' desk.db 'SELECT count(*) FROM recording' 0
printf '{"recording": "gone.wav", %s}\n' "$said" >words.json
expect 0 "$PROGRAM" import --format json --agent ann --started 2026-10-05T09:00:00 words.json
# CTM names calls, but never files elsewhere
printf '../secret A 0 1 hello\n' >words.ctm
expect 1 "$PROGRAM" import --db ctm.db --format ctm --agent ann --started 2026-10-05T09:00:00 words.ctm
has "$tmp/err" "'../secret' is no name of a recording"
printf 'secret.txt A 0 1 hello\n' >words.ctm
expect 0 "$PROGRAM" import --db ctm.db --format ctm --agent ann --started 2026-10-05T09:00:00 words.ctm
rows 'the words stand for the call' ctm.db 'SELECT sha256 FROM v_call' "$(sha256sum words.ctm | cut -c 1-64)"

# ---- size and memory ---------------------------------------------------------------------------
python3 -c 'print("{\"lines\":[" + "0," * 4190000 + "0]}")' >words.json
refused 'limit: the words may take 256 MB of memory: '
python3 -c 'print("{\"lines\":[" + " " * (8 << 20) + "]}")' >words.json
refused 'limit: words.json: over the limit of 8388608 bytes'

# ---- names of databases --------------------------------------------------------------------------
printf '{%s}\n' "$said" >words.json
for name in :memory: file:x.db?mode=memory; do
    expect 0 "$PROGRAM" import --db "$name" --format json --agent ann --started 2026-10-05T09:00:00 words.json
    rows "calls in $name" "./$name" 'SELECT agent FROM v_call' ann
done

# ---- words and phrases mean the same ---------------------------------------------------------------
cat >hours.yaml <<'YAML'
ruleset: hours
language: en-US
rules:
  - {id: hours, title: Hours, dimension: process, kind: required, phrases: ['at nine a.m.'],
     tests: {hit: ["[0:01 agent] At nine a.m. then."]}}
  - {id: choice, title: Choice, dimension: process, kind: required, phrases: ["our customers' choice"],
     tests: {hit: ["[0:01 agent] It is our customers' choice!"]}}
YAML
expect 0 "$PROGRAM" rules test hours.yaml
printf '%s\n' '{"lines": [{"speaker": "agent", "start_ms": 0, "end_ms": 900, "text": "It is our customers\u2019 choice, at nine A.M. or ten."}]}' >words.json
expect 0 "$PROGRAM" import --db hours.db --rules hours.yaml --format json --agent ann --started 2026-10-05T09:00:00 words.json
rows 'hours' hours.db 'SELECT rule_id, verdict, text FROM v_finding ORDER BY 1' "choice|hit|our customers' choice
hours|hit|at nine a.m."
