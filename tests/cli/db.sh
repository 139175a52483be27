#!/bin/sh
# `callaudit db`, and the database as others see it: views that keep their names and columns, damage
# that is found, backups, exports that depend on the calls alone.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sqlite3 sqlite3
desk "$tmp/desk"
cd "$tmp/desk"
db() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$PROGRAM" db "$@"
}
make_calls calls 1 6
say calls 1 'agent 100 good morning how may i help you' 'customer 700 it is not my problem'
say calls 2 'agent 100 that is not my problem'
head -c 30 "$(call_path calls 6)" >"$tmp/cut" && mv "$tmp/cut" "$(call_path calls 6)"
mkdir words
for n in 1 2 3 4 5 6 7; do
    printf '{"call_id": "w%d", "agent": "王伟", "started": "2026-1%d-0%dT10:00:00+08:00", "lines": [{"speaker": "agent", "start_ms": 0, "end_ms": 900, "text": "number %d how may i help you"}]}\n' \
        $n $((n % 2)) $n $n >words/w$n.json
done
fill() { # DATABASE JOBS FILE...
    database=$1
    jobs=$2
    shift 2
    expect 1 "$FAKE" run --db "$database" --jobs "$jobs" calls
    expect 0 "$PROGRAM" import --db "$database" --format json "$@"
    expect 0 "$PROGRAM" sample draw --db "$database" --month 2026-10 --seed db
}
fill desk.db 2 words/*.json

# ---- check ---------------------------------------------------------------------------------------
db 0 check
equal 'a sound database' 'no problems' "$(cat "$tmp/out")"
damaged() { # SQL TEXT
    cp desk.db damaged.db
    sql damaged.db "PRAGMA foreign_keys = OFF; $1"
    cmp -s desk.db damaged.db && fail "nothing was changed by $1"
    db 1 check --db damaged.db
    has "$tmp/out" "$2"
    has_not "$tmp/out" 'no problems'
}
damaged 'DELETE FROM judgement' 'has no judgement'
damaged "DELETE FROM judgement WHERE call_id = (SELECT id FROM call WHERE call_uid = 'w3')" 'call w3 has no judgement'
damaged "DELETE FROM rule WHERE name = 'rude'" 'has no rule'
damaged "DELETE FROM call WHERE call_uid = 'k1'" 'has no call'
damaged 'DELETE FROM hit' 'points to hits that are not there'
damaged "DELETE FROM word WHERE call_id = (SELECT id FROM call WHERE call_uid = 'w3') AND seq = 1" 'call w3: line 0 points to words that are not there'
damaged "UPDATE recording SET call_uid = 'other' WHERE call_uid = 'k2'" 'is judged as another call, k2'
damaged 'DELETE FROM sample_ticket' 'sample 2026-10: frozen, but no ticket was drawn'
# bytes of a table's page, of the file's head, and half of the file
broken() { # WHAT: damaged.db is damaged below SQL
    code=0
    "$PROGRAM" db check --db damaged.db >"$tmp/out" 2>"$tmp/err" || code=$?
    [ "$code" -eq 1 ] || [ "$code" -eq 3 ] || fail "$1: exit $code"
    [ -s "$tmp/out" ] || [ -s "$tmp/err" ] || fail "$1: nothing was said"
    has_not "$tmp/out" 'no problems'
}
page_size=$(sql desk.db 'PRAGMA page_size')
pages=$(sql desk.db 'PRAGMA page_count')
for table in finding word judgement sample_ticket recording_sha256; do
    cp desk.db damaged.db
    page=$(sql desk.db "SELECT rootpage FROM sqlite_schema WHERE name = '$table'")
    head -c 64 /dev/zero | tr '\0' Z |
        dd of=damaged.db bs=1 seek=$(((page - 1) * page_size)) conv=notrunc status=none
    broken "the page of $table"
done
head -c $((page_size * pages / 2)) desk.db >damaged.db
broken 'half a database'
head -c 1000 desk.db >damaged.db
broken 'the head of a database'
: >damaged.db
db 3 check --db damaged.db
has "$tmp/err" 'is empty'
[ ! -s damaged.db ] || fail 'a check wrote into an empty file'

# ---- the public views: exactly these columns in this order ------------------------------------------
views='v_call v_finding v_word v_measure v_sample v_agent_month v_rule_month'
columns() { # VIEW COLUMN...
    view=$1
    shift
    equal "columns of $view" "$*" "$(sql desk.db "SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_table_info('$view') ORDER BY cid)")"
    count=$(sqlite3 -batch -readonly desk.db "SELECT * FROM $view" | grep -c .) || :
    [ "$count" -gt 0 ] || fail "the sqlite3 shell finds no row in $view"
}
columns v_call call_uid path sha256 agent team queue direction started_at duration_ms channels \
    language status reason score unsure_share ruleset
columns v_finding call_uid agent rule_id kind dimension verdict ok speaker start_ms end_ms text \
    confidence weight critical
columns v_word call_uid speaker start_ms end_ms word confidence
columns v_measure call_uid name speaker value unit
columns v_sample month agent call_uid ticket rank state seed
columns v_agent_month month agent calls judged sampled reviewed score low95 high95 critical unsure_share
columns v_rule_month month rule_id applicable hit miss unsure reviewed precision recall
equal 'public views' "$(echo "$views" | tr ' ' '\n' | sort | xargs)" \
    "$(sql desk.db "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'v\\_%' ESCAPE '\\' ORDER BY name)")"
# what the columns hold
rows 'statuses' desk.db 'SELECT DISTINCT status, reason FROM v_call ORDER BY 1' 'failed|unreadable
judged|'
rows 'verdicts of k1' desk.db "SELECT rule_id, kind, verdict, ok, speaker, start_ms, end_ms, text, weight, critical FROM v_finding WHERE call_uid = 'k1' ORDER BY 1" \
    'greeting|required|hit|1|agent|320|600|how may i help you|10|0
rude|forbidden|miss|1||0|2000||5|0'
rows 'months by the desk' desk.db "SELECT month, agent, calls FROM v_agent_month WHERE agent = '王伟'" '2026-10|王伟|3
2026-11|王伟|4'
rows 'tickets' desk.db "SELECT count(*) FROM v_sample WHERE length(ticket) = 64 AND NOT ticket GLOB '*[^0-9a-f]*' AND state = 'drawn' AND seed = 'db' AND rank >= 1" \
    "$(sql desk.db 'SELECT count(*) FROM sample_ticket')"
# the README's query
equal 'a query' 'agentC|rude|that is not my problem' \
    "$(sqlite3 desk.db "select agent, rule_id, (select group_concat(word, ' ') from v_word w where w.call_uid = f.call_uid) from v_finding f where ok = 0 and verdict = 'hit'")"

# ---- backup ------------------------------------------------------------------------------------------
umask 022
db 0 backup copy.db
equal 'mode of a backup' 600 "$(stat -c %a copy.db)"
check_db copy.db
rows 'a backup opens' copy.db 'SELECT count(*) FROM v_call' 13
export_db desk.db "$tmp/export"
export_db copy.db "$tmp/export-of-copy"
same "$tmp/export" "$tmp/export-of-copy"
sha256sum copy.db >"$tmp/sum"
db 2 backup copy.db
has "$tmp/err" 'copy.db exists already'
db 2 backup desk.db
sha256sum --quiet -c "$tmp/sum" || fail 'an existing file was overwritten'
check_db desk.db
db 3 backup no-such-folder/copy.db
has "$tmp/err" no-such-folder
# it goes on from there
expect 0 "$PROGRAM" sample verify --db copy.db --month 2026-10
expect 0 "$PROGRAM" import --db copy.db --format json words/w1.json
# while somebody writes; what is not committed is not in it
mkfifo "$tmp/held"
sqlite3 -batch desk.db <"$tmp/held" >/dev/null &
background=$!
exec 9>"$tmp/held"
echo "BEGIN IMMEDIATE; DELETE FROM sample_ticket; SELECT 1;" >&9
db 0 backup during.db
export_db during.db "$tmp/export-during"
same "$tmp/export" "$tmp/export-during"
exec 9>&-
wait "$background" 2>/dev/null || :
background=
export_db desk.db "$tmp/export-again"
same "$tmp/export" "$tmp/export-again"

# ---- export ------------------------------------------------------------------------------------------
fill reversed.db 1 words/w7.json words/w6.json words/w5.json words/w4.json words/w3.json words/w2.json words/w1.json
expect 0 "$PROGRAM" import --db mixed.db --format json words/w5.json
for n in 7 3 1 6; do
    expect 0 "$PROGRAM" import --db mixed.db --format json words/w$n.json words/w2.json
done
fill mixed.db 2 words/w4.json
for other in reversed mixed; do
    export_db $other.db "$tmp/export-$other"
    same "$tmp/export" "$tmp/export-$other"
done
# the same calls from another folder
mkdir elsewhere
cp -r calls words elsewhere
(
    cp -r rules callaudit.yaml elsewhere
    cd elsewhere
    fill desk.db 2 words/*.json
)
export_db elsewhere/desk.db "$tmp/export-elsewhere"
same "$tmp/export" "$tmp/export-elsewhere"
# one other word is another export
sed 's/number 3/not my problem/' words/w3.json >w3.json
fill other.db 2 words/w[124567].json w3.json
export_db other.db "$tmp/export-other"
cmp -s "$tmp/export" "$tmp/export-other" && fail 'other words, the same export'
equal 'views in the export' "$views" "$(json "$tmp/export" '" ".join(v)')"
for view in $views; do
    equal "rows and columns of $view in the export" \
        "$(sql desk.db "SELECT count(*) FROM $view") $(sql desk.db "SELECT group_concat(name, ' ') FROM pragma_table_info('$view')")" \
        "$(json "$tmp/export" "'{} {}'.format(len(v['$view']), ' '.join(v['$view'][0]))")"
done
db 0 export --month 2026-11
equal 'the calls of a month' 'w1 w3 w5 w7' "$(json "$tmp/out" '" ".join(c["call_uid"] for c in v["v_call"])')"
equal 'only that month' "['w1', 'w3', 'w5', 'w7'] ['2026-11']" "$(json "$tmp/out" '"{} {}".format(
    sorted({f["call_uid"] for f in v["v_finding"] + v["v_word"]}),
    sorted({m["month"] for m in v["v_agent_month"] + v["v_rule_month"] + v["v_sample"]}))')"
db 0 export --month 2025-01
equal 'an empty month' 0 "$(json "$tmp/out" 'sum(len(rows) for rows in v.values())')"

# ---- a database of a newer program, or of another ------------------------------------------------------
cp desk.db newer.db
sql newer.db 'PRAGMA user_version = 1000'
cp newer.db newer.copy
refused() { # ARGUMENTS...
    expect 3 "$PROGRAM" "$@" --db newer.db
    has "$tmp/err" 'newer.db: the database is of a newer program'
    equal 'stdout' '' "$(cat "$tmp/out")"
    cmp -s newer.db newer.copy || fail "a newer database was changed by $*"
}
refused db check
refused db backup newer-copy.db
[ ! -e newer-copy.db ] || fail 'a backup of a newer database'
refused db export
refused report agents
refused sample draw --month 2026-10
refused sample list --month 2026-10
refused sample verify --month 2026-10
refused explain k1
refused import --format json words/w1.json
refused run calls
sql foreign.db 'CREATE TABLE call (x)'
for which in foreign.db callaudit.yaml calls; do
    db 3 check --db $which
done

# ---- mistakes ------------------------------------------------------------------------------------------
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    db 2 "$@"
    has "$tmp/err" "$text"
    equal 'stdout of a mistake' '' "$(cat "$tmp/out")"
}
wrong 'check, backup or export'
wrong 'check, backup or export' chekc
wrong 'name the file' backup
wrong 'name the file' backup a.db b.db
wrong 'nothing more to name' check desk.db
wrong 'belongs to export' check --month 2026-10
wrong "'2026-13' is no month" export --month 2026-13
db 3 check --db none.db
db 3 export --db none.db
[ ! -e none.db ] || fail 'a database was made'
db 0 --help
has "$tmp/out" 'usage: callaudit db check'
