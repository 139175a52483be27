#!/bin/sh
# `callaudit sample`: the month's draw is what printf, sha256sum and sort say it is, late calls only
# add to it, and whoever changes a row afterwards is found out. Ends with the transcripts of the
# drawn calls alone.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sqlite3 sqlite3
need sha256sum coreutils
desk "$tmp/desk"
cd "$tmp/desk"
month=2026-10
sample() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$PROGRAM" sample "$@"
}
# write DIR AGENT FIRST LAST [MONTH]: calls AGENT-FIRST to AGENT-LAST as words
write() {
    mkdir -p "$1"
    for n in $(seq "$3" "$4"); do
        printf '{"call_id": "%s-%d", "agent": "%s", "started": "%s-%02dT10:00:00+08:00", "lines": [{"speaker": "agent", "start_ms": 100, "end_ms": 900, "text": "how may i help you, this is number %d"}]}\n' \
            "$2" "$n" "$2" "${5:-$month}" $((n % 28 + 1)) "$n" >"$1/$2-$n.json"
    done
}
take() { # DIR [ARGUMENTS...]: imports the folder's words
    folder=$1
    shift
    expect 0 "$PROGRAM" import --format json "$@" "$folder"/*.json
}
# tickets AGENT SEED: "TICKET CALL" of the agent's calls in the frame, smallest first, made without
# callaudit
tickets() {
    sql desk.db "SELECT call_uid FROM v_call WHERE agent = '$1' AND status = 'judged' AND started_at LIKE '$month-%'" |
        while read -r call; do
            printf '%s %s\n' "$(printf 'callaudit-v1|%s|%s|%s' "$2" "$month" "$call" | sha256sum | cut -c 1-64)" "$call"
        done | LC_ALL=C sort
}
drawn() { # [DATABASE]: what `sample list` says, "AGENT CALL RANK TICKET"
    sample 0 list --month "$month" --db "${1:-desk.db}" --format csv
    awk -F , '$3 == "drawn" { print $1, $2, $4, $6 }' "$tmp/out"
}
# smallest AGENT N SEED: the same from the agent's N smallest tickets
smallest() {
    tickets "$1" "$3" | head -n "$2" | awk -v agent="$1" '{ print agent, $2, NR, $1 }'
}
field() { # KEY of the draw told as JSON in $tmp/out
    sed -n "s/^  \"$1\": \"\{0,1\}\([^\",]*\).*/\1/p" "$tmp/out"
}

# ---- before there is anything -----------------------------------------------------------------------
sample 3 draw --month $month
has "$tmp/err" desk.db
[ ! -e desk.db ] || fail 'a draw made a database'
write words solo 1 1
write words nine 1 9
write words many 1 31
write words other 1 5 2026-11
take words
sample 1 verify --month $month
has "$tmp/out" "no sample was drawn for $month"
sample 2 draw --month 2026-12
has "$tmp/err" '2026-12'
rows 'after a draw from nothing' desk.db 'SELECT count(*) FROM sample_month' 0

# ---- sizes and tickets: n = max(min, ceil(rate x N)), the smallest ------------------------------------
cp desk.db undrawn.db
size() { # RATE MIN AGENT...: draws with the rate, compares with SIZE AGENT pairs
    rate=$1
    min=$2
    shift 2
    cp undrawn.db sized.db
    sample 0 draw --db sized.db --month $month --seed "seed-$rate" --rate "$rate" --min "$min" --format json
    equal "sizes at $rate, at least $min" "$*" \
        "$(sql sized.db "SELECT count(*) || ' ' || agent FROM v_sample GROUP BY agent ORDER BY agent" | xargs)"
}
size 10% 1 4 many 1 nine 1 solo
size 10% 3 4 many 3 nine 1 solo
size 10% 0 4 many 1 nine 1 solo
size 0.1% 0 1 many 1 nine 1 solo
size 50% 1 16 many 5 nine 1 solo
size 33.3% 1 11 many 3 nine 1 solo
size 29.0% 1 9 many 3 nine 1 solo
size 100% 1 31 many 9 nine 1 solo
size 10% 1000 31 many 9 nine 1 solo

sample 0 draw --month $month --seed october --format json
equal 'the draw' '41 0 6 6 october Asia/Shanghai' \
    "$(field frame) $(field left_out) $(field drawn) $(field total) $(field seed) $(field timezone)"
manifest=$(field manifest)
{
    smallest many 4 october
    smallest nine 1 october
    smallest solo 1 october
} >"$tmp/smallest"
drawn >"$tmp/drawn"
same "$tmp/smallest" "$tmp/drawn"
rows 'v_sample says the same' desk.db \
    "SELECT agent || ' ' || call_uid || ' ' || rank || ' ' || ticket FROM v_sample WHERE month = '$month' AND seed = 'october' ORDER BY agent, rank" \
    "$(cat "$tmp/smallest")"

# ---- the manifest, which anybody can hash ---------------------------------------------------------
sample 0 list --month $month --manifest
sql desk.db "SELECT call_uid || char(9) || agent FROM v_call WHERE started_at LIKE '$month-%'" |
    LC_ALL=C sort >"$tmp/manifest"
same "$tmp/manifest" "$tmp/out"
equal 'the manifest hash' "$manifest" "$(sha256sum <"$tmp/out" | cut -c 1-64)"
rows 'the stored hash' desk.db 'SELECT manifest_sha256 FROM frame_version' "$manifest"

# ---- drawing again ------------------------------------------------------------------------------------
sql desk.db .dump >"$tmp/before"
sample 0 draw --month $month --format json
equal 'drawn again' '0 6 october' "$(field drawn) $(field total) $(field seed)"
sample 0 draw --month $month --seed october
has "$tmp/out" 'drawn     0 now, 6 altogether'
sample 2 draw --month $month --seed november
has "$tmp/err" "$month is drawn already, with seed october"
sql desk.db .dump >"$tmp/after"
same "$tmp/before" "$tmp/after"
sample 0 verify --month $month
has "$tmp/out" "$month is verified"

# ---- a seed that the program makes ----------------------------------------------------------------
for i in 1 2; do
    cp undrawn.db "made$i.db"
    sample 0 draw --db "made$i.db" --month $month --format json
    seed=$(field seed)
    printf '%s\n' "$seed" | grep -qx '[0-9a-f]\{32\}' || fail "a made seed '$seed'"
    smallest many 4 "$seed" >"$tmp/smallest-made"
    drawn "made$i.db" | grep '^many ' >"$tmp/drawn-made"
    same "$tmp/smallest-made" "$tmp/drawn-made"
    sample 0 draw --db "made$i.db" --month $month --format json
    equal 'the seed stays' "$seed 0" "$(field seed) $(field drawn)"
done
[ "$(sql made1.db 'SELECT seed FROM sample_month')" != "$(sql made2.db 'SELECT seed FROM sample_month')" ] ||
    fail 'two made seeds are the same'

# ---- late calls only add ------------------------------------------------------------------------------
write late many 32 80
write late nine 10 11
write late fresh 1 3
take late
sample 0 draw --month $month --format json
told="$(field drawn) $(field total)"
# many: 4 of 31, then 8 of 80; nine: 1 of 9, then 2 of 11; fresh: 1 of 3
drawn | cut -d ' ' -f 1,2,4 | LC_ALL=C sort >"$tmp/late"
{
    cut -d ' ' -f 1,2,4 "$tmp/drawn"
    for sized in 'many 8' 'nine 2' 'fresh 1' 'solo 1'; do
        smallest "${sized% *}" "${sized#* }" october | cut -d ' ' -f 1,2,4
    done
} | LC_ALL=C sort -u >"$tmp/expected"
same "$tmp/expected" "$tmp/late"
total=$(grep -c . "$tmp/expected")
equal 'counts of the second draw' "$((total - 6)) $total" "$told"
sample 0 verify --month $month
sample 0 list --month $month --manifest
equal 'the hash of the second frame' "$(sql desk.db 'SELECT manifest_sha256 FROM frame_version ORDER BY version DESC LIMIT 1')" \
    "$(sha256sum <"$tmp/out" | cut -c 1-64)"
# a higher rate tops up, a lower one takes nothing back
sample 0 draw --month $month --rate 20%
drawn | cut -d ' ' -f 1,2,4 | LC_ALL=C sort >"$tmp/topped"
equal 'what the higher rate took away' '' "$(LC_ALL=C comm -23 "$tmp/late" "$tmp/topped")"
equal 'many at 20 %' 16 "$(grep -c '^many ' "$tmp/topped")"
sample 0 draw --month $month --rate 5%
has "$tmp/out" 'drawn     0 now'
sample 0 verify --month $month
# another month has a seed and a sample of its own
sample 0 draw --month 2026-11 --seed else
rows 'months apart' desk.db 'SELECT DISTINCT month, seed FROM v_sample ORDER BY 1' '2026-10|october
2026-11|else'

# ---- whoever changes a row is found out ----------------------------------------------------------------
first=$(sql desk.db "SELECT call_uid FROM v_sample WHERE month = '$month' AND agent = 'many' AND rank = 1")
outside=$(sql desk.db "SELECT call_uid FROM frame WHERE month = '$month' AND agent = 'many' AND call_uid NOT IN (SELECT call_uid FROM sample_ticket) LIMIT 1")
tampered() { # SQL TEXT
    cp desk.db tampered.db
    sql tampered.db "$1" || fail "sqlite3 refused $1"
    cmp -s desk.db tampered.db && fail "nothing was changed by $1"
    sample 1 verify --db tampered.db --month $month
    has "$tmp/out" "$2"
    has_not "$tmp/out" 'is verified'
    sample 1 verify --db tampered.db --month $month --format json
    has "$tmp/out" "$2"
    equal "verified after $1" false "$(field verified)"
}
zeros=$(printf '%064d' 0)
tampered "UPDATE sample_ticket SET ticket = '$zeros' WHERE call_uid = '$first'" "call $first of many has another ticket"
tampered "UPDATE sample_ticket SET rank = 2 WHERE call_uid = '$first'" "call $first of many has another rank"
tampered "UPDATE sample_ticket SET agent = 'nine' WHERE call_uid = '$first'" "call $first of many has another agent"
tampered "UPDATE sample_ticket SET version = 2 WHERE call_uid = '$first'" "call $first of many was drawn with another version"
tampered "DELETE FROM sample_ticket WHERE call_uid = '$first'" "call $first of many is among the smallest tickets, but was not drawn"
tampered "UPDATE sample_ticket SET call_uid = '$outside' WHERE call_uid = '$first'" "call $outside of many was drawn, but is not among"
tampered "INSERT INTO sample_ticket (month, call_uid, agent, ticket, rank, version) VALUES ('$month', '$outside', 'many', '$zeros', 1, 1)" \
    "call $outside of many was drawn, but is not among"
tampered "INSERT INTO sample_ticket (month, call_uid, agent, ticket, rank, version) VALUES ('$month', 'nobody', 'many', '$zeros', 1, 1)" \
    'call nobody was drawn, but is not in the frame'
tampered "UPDATE frame SET agent = 'nine' WHERE call_uid = '$outside'" "frame version"
tampered "UPDATE frame SET call_uid = 'invented' WHERE call_uid = '$outside'" "frame version"
tampered "DELETE FROM frame WHERE call_uid = '$outside'" "frame version"
tampered "INSERT INTO frame VALUES ('$month', 'invented', 'many', 1)" "frame version"
tampered "UPDATE frame SET version = 1 WHERE call_uid = 'many-80'" "frame version 1: the manifest's hash is"
tampered "UPDATE sample_month SET seed = 'lucky' WHERE month = '$month'" 'ticket'
tampered "UPDATE frame_version SET rate_permille = 500 WHERE month = '$month' AND version = 1" 'was not drawn'
tampered "UPDATE frame_version SET min = 5 WHERE month = '$month' AND version = 1" 'was not drawn'
tampered "UPDATE frame_version SET rate_permille = 100 WHERE month = '$month' AND rate_permille = 200" 'was drawn, but is not among'
tampered "UPDATE frame_version SET manifest_sha256 = '$zeros' WHERE month = '$month' AND version = 1" "recorded is $zeros"
# the other month was not touched
sample 0 verify --db tampered.db --month 2026-11

# ---- how it is told -----------------------------------------------------------------------------------
sample 0 list --month 2026-11
matches "$tmp/out" '^agent  *call  *state  *rank'
matches "$tmp/out" "^other  *other-[1-5]  *drawn  *1 .*/words/other-[1-5].json\$"
sample 0 list --month 2026-11 --format csv
cp "$tmp/out" "$tmp/csv"
sample 0 list --month 2026-11 --format json
equal 'CSV and JSON' "$(tr -d '\r' <"$tmp/csv")" "$(json "$tmp/out" '"\n".join([",".join(v["sample"][0])]
    + [",".join("" if x is None else str(x) for x in r.values()) for r in v["sample"]])')"
cp "$tmp/csv" "$tmp/out"
equal 'the columns as CSV' 'agent,call_uid,state,rank,reason,ticket,path' "$(head -n 1 "$tmp/out" | tr -d '\r')"
sample 0 --help
has "$tmp/out" 'usage: callaudit sample draw'
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    sample 2 "$@"
    has "$tmp/err" "$text"
    equal 'stdout of a mistake' '' "$(cat "$tmp/out")"
}
wrong 'draw, list and verify'
wrong 'draw, list and verify' drow --month $month
wrong 'draw, list and verify' draw more --month $month
wrong 'which month' draw
for bad in 2026-13 2026-00 2026-1 202610 2026-10-01 26-10 october '' ' 2026-10' 2026/10; do
    wrong "'$bad' is no month (YYYY-MM)" draw --month "$bad"
done
for bad in 0 0% 101% 100.1% 10 -5% 5%% 0.05% ten ''; do
    wrong "--rate takes 0.1% to 100%, not '$bad'" draw --month $month --rate "$bad"
done
for bad in -1 1.5 many '' 1000001; do
    wrong "--min takes a number, not '$bad'" draw --month $month --min "$bad"
done
for bad in '' 'a b' 'a|b' "tab	" ü "$(printf '%0129d' 0)"; do
    cp undrawn.db seed.db
    wrong 'a seed is 1 to 128 visible ASCII characters' draw --db seed.db --month $month --seed "$bad"
    rows 'after a bad seed' seed.db 'SELECT count(*) FROM sample_month' 0
done
wrong '--rate, --min and --seed belong to draw' list --month $month --seed x
wrong '--rate, --min and --seed belong to draw' verify --month $month --rate 10%
wrong '--manifest belongs to list' draw --month $month --manifest
wrong 'csv' verify --month $month --format csv
wrong "not 'xml'" list --month $month --format xml
sample 3 list --month $month --db none.db
sample 3 draw --month $month --config none.yaml

# ---- the configuration's rate and least number -----------------------------------------------------
printf 'database: rated.db\nrules: rules\nsample: {rate: 50%%, min: 2}\n' >rated.yaml
cp undrawn.db rated.db
sample 0 draw --config rated.yaml --month $month
rows 'the configured rate' rated.db 'SELECT agent, count(*) FROM v_sample GROUP BY agent ORDER BY agent' 'many|16
nine|5
solo|1'

# ---- calls that are left out, and transcripts of those that were drawn ------------------------------
make_calls calls 1 24 1.2
bad=$(call_path calls 24)
head -c 30 "$bad" >"$tmp/bad" && mv "$tmp/bad" "$bad"
expect 1 "$FAKE" run --db night.db calls
rows 'transcripts before the draw' night.db 'SELECT count(*) FROM call WHERE transcript' 0
sample 0 draw --db night.db --month $month --seed night --rate 20% --format json
equal 'the night: frame, left out, drawn' '23 1 6' "$(field frame) $(field left_out) $(field drawn)"
sample 0 list --db night.db --month $month
matches "$tmp/out" "^agentA  *k24  *left out .* unreadable .*/$(basename "$bad")\$"
sql night.db .dump >"$tmp/before"
expect 0 "$FAKE" run --db night.db --only sample calls
has "$tmp/out" ' 6 judged'
sql night.db 'SELECT call_uid FROM v_sample ORDER BY 1' >"$tmp/drawn"
sql night.db 'SELECT call_uid FROM call WHERE transcript ORDER BY 1' >"$tmp/transcripts"
same "$tmp/drawn" "$tmp/transcripts"
rows 'judgements' night.db 'SELECT count(*), count(DISTINCT call_id) FROM judgement' '29|23'
sample 0 verify --db night.db --month $month
expect 0 "$FAKE" run --db night.db --only sample calls
has "$tmp/out" ' 0 judged'
rows 'transcripts, again' night.db 'SELECT count(*) FROM call WHERE transcript' 6
check_db night.db
check_db desk.db
