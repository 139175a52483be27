#!/bin/sh
# `callaudit report`: the numbers are those of a second calculation, made here in python3 from what
# was said in each call; then periods, formats, and tables that stay in line.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
need sqlite3 sqlite3
need python3 python3
desk "$tmp/desk"
cd "$tmp/desk"
cat >>rules/desk.yaml <<'YAML'
  - id: secret
    title: Asks for the password
    dimension: compliance
    kind: forbidden
    critical: true
    phrases: [what is your password]
    weight: 3
YAML
report() { # CODE ARGUMENTS...
    code=$1
    shift
    expect "$code" "$PROGRAM" report "$@"
}

# plan.py holds the calls and what follows from them; `write` writes the words, `expect` the rows
# that a report must have as JSON.
cat >"$tmp/plan.py" <<'PYTHON'
import json, math, os, sys

WEIGHTS = {'greeting': 10, 'rude': 5, 'secret': 3}
SAID = {'greeting': 'how may i help you', 'rude': 'not my problem', 'secret': 'what is your password'}
DIMENSION = {'greeting': 'courtesy', 'rude': 'empathy', 'secret': 'compliance'}
# g r s: said clearly; G R S: said doubtfully
PLAN = {
    ('li.na', '2026-10'): 'g g g gr r g - G g gs g gr g g Gr g g g g g - g g g g g g gr g g g g GRS g'.split(),
    ('王伟', '2026-10'): 'g gr G gs -'.split(),
    ('o"brien, tom', '2026-10'): ['-'],
    ('doubt', '2026-10'): ['GRS'],
    ('li.na', '2026-09'): 'g r'.split(),
    ('王伟', '2026-11'): 'g g - r gr g'.split(),
    ('王伟', '2026-12'): 'gr gs'.split(),
    ('li.na', '2027-01'): ['g'],
}
TEAM = {'li.na': 'cards', '王伟': 'loans; "north"', 'o"brien, tom': 'a, b', 'doubt': None}

def calls():
    for (agent, month), kinds in PLAN.items():
        for i, kind in enumerate(kinds):
            yield dict(agent=agent, month=month, kind=kind, call=f'{agent[:2]}{month}-{i:02}',
                       started=f'{month}-{i % 28 + 1:02}T09:{i:02}:00+08:00')

def verdicts(kind):
    return {rule: 'hit' if rule[0] in kind else 'unsure' if rule[0].upper() in kind else 'miss' for rule in WEIGHTS}

def kept(rule, verdict):
    return None if verdict == 'unsure' else (verdict == 'hit') == (rule == 'greeting')

def score(kind):
    found = verdicts(kind)
    decided = sum(w for r, w in WEIGHTS.items() if kept(r, found[r]) is not None)
    good = sum(w for r, w in WEIGHTS.items() if kept(r, found[r]))
    critical = found['secret'] == 'hit'
    points = None if decided == 0 else 0.0 if critical else round(100 * good / decided, 3)
    return points, 1 - decided / sum(WEIGHTS.values()), critical

def wilson(p, n, population):
    z2 = 1.959963984540054 ** 2 * ((population - n) / (population - 1) if population > 1 else 0)
    root = math.sqrt(z2 * z2 / (4 * n * n) + z2 * p * (1 - p) / n)
    scale = 1 + z2 / n
    return max(0, (p + z2 / (2 * n) - root) / scale), min(1, (p + z2 / (2 * n) + root) / scale)

def agents(months, drawn, failed):
    rows = []
    for agent in sorted({a for a, m in PLAN if m in months}, key=str.encode):
        row = dict(agent=agent, team=TEAM[agent], calls=0, judged=0, sampled=0, population=0, decided=0, critical=0)
        part = []
        for month in months:
            mine = [c for c in calls() if c['agent'] == agent and c['month'] == month]
            if not mine:
                continue
            taken = [c for c in mine if c['call'] in drawn] if month in drawn_months else mine
            scored = [s for s, _, _ in (score(c['kind']) for c in taken) if s is not None]
            row['calls'] += len(mine) + failed.get((agent, month), 0)
            row['judged'] += len(mine)
            row['sampled'] += len(taken) if month in drawn_months else 0
            row['population'] += len(mine)
            row['decided'] += len(scored)
            row['critical'] += sum(score(c['kind'])[2] for c in mine)
            unsure = sum(score(c['kind'])[1] for c in taken) / len(taken)
            p = sum(scored) / 100 / len(scored) if scored else None
            part.append((len(mine), p, wilson(p, len(scored), len(mine)) if scored else None, unsure))
        told = [(n, p, i) for n, p, i, _ in part if p is not None]
        weight = sum(n for n, _, _ in told)
        row['score'] = row['low95'] = row['high95'] = None
        if told: # months are strata, each counts with its calls
            mean = sum(n * p for n, p, _ in told) / weight
            below = math.sqrt(sum((n * (p - i[0])) ** 2 for n, p, i in told)) / weight
            above = math.sqrt(sum((n * (i[1] - p)) ** 2 for n, p, i in told)) / weight
            row['score'], row['low95'], row['high95'] = 100 * mean, 100 * max(0, mean - below), 100 * min(1, mean + above)
        row['unsure_share'] = sum(n * u for n, _, _, u in part) / sum(n for n, _, _, _ in part)
        row['note'] = 'too few' if row['decided'] < 30 else None
        rows.append(row)
    return rows

def rules(months):
    rows = []
    for rule in sorted(WEIGHTS):
        found = [verdicts(c['kind'])[rule] for c in calls() if c['month'] in months]
        marks = [kept(rule, v) for v in found]
        if found:
            rows.append(dict(rule_id=rule, dimension=DIMENSION[rule], kind='required' if rule == 'greeting' else 'forbidden',
                             applicable=len(found), hit=found.count('hit'), miss=found.count('miss'), unsure=found.count('unsure'),
                             kept=marks.count(True), broken=marks.count(False),
                             kept_share=marks.count(True) / (len(marks) - marks.count(None))))
    return rows

def same(wanted, found):
    if [list(r) for r in wanted] != [sorted(r, key=list(wanted[0]).index) if set(r) == set(wanted[0]) else list(r) for r in found]:
        print(f'FAILED: other rows or columns: {[list(r) for r in wanted][:1]} {[list(r) for r in found][:1]}, {len(wanted)} {len(found)}')
        return False
    bad = [(w, k, f[k]) for w, f in zip(wanted, found) for k in w
           if not (w[k] == f[k] or (isinstance(w[k], float) and isinstance(f[k], (int, float)) and abs(w[k] - f[k]) <= (5.1e-7 if 'share' in k else 5.1e-4)))]
    for row, key, value in bad:
        print(f'FAILED: {key} is {value}, expected {row}')
    return not bad

if sys.argv[1] == 'write':
    os.makedirs(sys.argv[2])
    for c in calls():
        lines = [dict(speaker='agent', start_ms=1000 * i, end_ms=1000 * i + 900, text=SAID[r],
                      confidence=0.9 if r[0] in c['kind'] else 0.4)
                 for i, r in enumerate(WEIGHTS) if r[0] in c['kind'].lower()]
        lines.append(dict(speaker='customer', start_ms=5000, end_ms=6000, text='not my problem'))
        call = dict(call_id=c['call'], agent=c['agent'], started=c['started'], team=TEAM[c['agent']], lines=lines)
        with open(f"{sys.argv[2]}/{c['call']}.json", 'w', encoding='utf-8') as file:
            json.dump(call, file, ensure_ascii=False)
elif sys.argv[1] == 'scores':
    for c in sorted(calls(), key=lambda c: c['call'].encode()):
        points, unsure, _ = score(c['kind'])
        print(c['call'], 'None' if points is None else f'{points:.3f}', f'{unsure:.6f}')
else: # compare MONTHS DRAWN-FILE AGENTS.json RULES.json
    months = sys.argv[2].split()
    with open(sys.argv[3], encoding='utf-8') as file:
        drawn = set(file.read().split('\n')) - {''}
    drawn_months = ['2026-10'] if drawn else []
    good = True
    for name, path, wanted in (('agents', sys.argv[4], agents(months, drawn, {('王伟', '2026-10'): 1})),
                               ('rules', sys.argv[5], rules(months))):
        with open(path, encoding='utf-8') as file:
            good = bool(wanted) and same(wanted, json.load(file)[name]) and good
    sys.exit(0 if good else 1)
PYTHON
python3 "$tmp/plan.py" write words
expect 0 "$PROGRAM" import --format json words/*.json
mkdir calls
head -c 30 /dev/zero >calls/王伟_20261009T100000_torn.wav
expect 1 "$FAKE" run calls

# ---- scores of the calls, then reports over them -----------------------------------------------------
sql desk.db "SELECT call_uid || ' ' || iif(score IS NULL, 'None', printf('%.3f', score)) || ' ' || printf('%.6f', unsure_share) FROM v_call WHERE status = 'judged' ORDER BY call_uid" >"$tmp/scores"
python3 "$tmp/plan.py" scores >"$tmp/expected"
same "$tmp/expected" "$tmp/scores"

all_periods() { # every report of every period, compared with the second calculation
    while read -r period months; do
        for which in agents rules; do
            # shellcheck disable=SC2086
            report 0 "$which" --format json ${period%%:*} ${period#*:}
            cp "$tmp/out" "$tmp/$which.json"
        done
        python3 "$tmp/plan.py" compare "$months" "$tmp/drawn" "$tmp/agents.json" "$tmp/rules.json" ||
            fail "reports of $period"
    done <<'PERIODS'
: 2026-09 2026-10 2026-11 2026-12 2027-01
--month:2026-10 2026-10
--month:2026-09 2026-09
--quarter:2026-Q3 2026-09
--quarter:2026-Q4 2026-10 2026-11 2026-12
--year:2026 2026-09 2026-10 2026-11 2026-12
--year:2027 2027-01
--quarter:2027-Q1 2027-01
PERIODS
}
: >"$tmp/drawn"
all_periods
expect 0 "$PROGRAM" sample draw --month 2026-10 --rate 25% --seed report
sql desk.db "SELECT call_uid FROM v_sample WHERE month = '2026-10'" >"$tmp/drawn"
equal 'drawn' 13 "$(grep -c . "$tmp/drawn")"
all_periods
# v_agent_month and v_rule_month say the same
report 0 agents --month 2026-10 --format json
equal 'v_agent_month' "$(sql desk.db "SELECT printf('%s %d %d %d %.3f %.3f %.3f %d %.6f', agent, calls, judged, sampled, score, low95, high95, critical, unsure_share) FROM v_agent_month WHERE month = '2026-10' ORDER BY agent")" \
    "$(json "$tmp/out" '"\n".join("{} {} {} {} {:.3f} {:.3f} {:.3f} {} {:.6f}".format(*(r[k] or 0
        for k in "agent calls judged sampled score low95 high95 critical unsure_share".split())) for r in v["agents"])')"
report 0 rules --month 2026-10 --format json
equal 'v_rule_month' "$(sql desk.db "SELECT rule_id, applicable, hit, miss, unsure FROM v_rule_month WHERE month = '2026-10' ORDER BY rule_id")" \
    "$(json "$tmp/out" '"\n".join("|".join(str(r[k]) for k in "rule_id applicable hit miss unsure".split()) for r in v["rules"])')"

# ---- calls ------------------------------------------------------------------------------------------
count() { # N PERIOD...: calls of a period
    wanted=$1
    shift
    report 0 calls --format json "$@"
    equal "calls of $*" "$wanted" "$(json "$tmp/out" 'len(v["calls"])')"
}
count 53
count 42 --month 2026-10
count 2 --quarter 2026-Q3
count 50 --quarter 2026-Q4
count 52 --year 2026
count 1 --year 2027
report 0 calls --month 2026-10 --format json
equal 'columns' 'call_uid agent team queue direction started_at duration_ms language status score unsure_share reason path ruleset' \
    "$(json "$tmp/out" '" ".join(v["calls"][0])')"
equal 'in the order of time' True "$(json "$tmp/out" '[r["started_at"] for r in v["calls"]] == sorted(r["started_at"] for r in v["calls"])')"
equal 'the failed one' '王伟 2026-10-09T10:00:00+08:00 failed None None unsupported-codec' \
    "$(json "$tmp/out" '[" ".join(str(r[k]) for k in "agent started_at status score unsure_share reason".split()) for r in v["calls"] if r["status"] != "judged"][0]')"

# ---- CSV: the same as JSON, quoted as RFC 4180 says ---------------------------------------------------
for which in agents calls rules; do
    report 0 "$which" --format json
    cp "$tmp/out" "$tmp/report.json"
    report 0 "$which" --format csv
    python3 - "$tmp/out" "$tmp/report.json" "$which" <<'PYTHON' || fail "CSV of report $which"
import csv, json, sys
with open(sys.argv[1], encoding='utf-8', newline='') as file:
    text = file.read()
rows = list(csv.DictReader(text.splitlines(keepends=True), strict=True))
with open(sys.argv[2], encoding='utf-8') as file:
    wanted = json.load(file)[sys.argv[3]]
def same(text, value):
    if isinstance(value, (int, float)): # 50 and 50.0 are one number
        return abs(float(text) - value) < 1e-6
    return text == ('' if value is None else str(value))
told = [r for r, found in zip(wanted, rows) if list(r) != list(found) or not all(same(found[k], r[k]) for k in r)]
if len(rows) != len(wanted) or told:
    sys.exit(f'{len(rows)} rows, {len(wanted)} expected; not as {told[:1]}')
if text.count('\r\n') != len(rows) + 1:
    sys.exit('lines do not end with CR LF')
PYTHON
done
report 0 agents --month 2026-10 --format csv
has "$tmp/out" '"o""brien, tom","a, b"'
has "$tmp/out" '王伟,"loans; ""north""",6,5,2,5,2,'

# ---- tables -------------------------------------------------------------------------------------------
in_line() { # every column begins or ends at one place on the screen, Chinese signs being two wide
    python3 - "$tmp/out" <<'PYTHON' || { show "$tmp/out"; fail "$*: the table is out of line"; }
import sys, unicodedata
with open(sys.argv[1], encoding='utf-8') as file:
    lines = file.read().rstrip('\n').split('\n')
def cells(line):
    return ''.join(c + ('\0' if unicodedata.east_asian_width(c) in 'WF' else '') for c in line)
grid = [cells(line) for line in lines]
width = max(map(len, grid))
blank = [all(at >= len(row) or row[at] == ' ' for row in grid) for at in range(width)]
gutters = sum(blank[i] and blank[i + 1] for i in range(width - 1) if i == 0 or not blank[i - 1])
sys.exit(0 if len(lines) > 1 and gutters >= 6 else f'{gutters} gutters')
PYTHON
}
report 0 agents --month 2026-10
in_line report agents
has "$tmp/out" 'agent         team'
matches "$tmp/out" '^王伟  *loans; "north"  *6  *5  *2 of 5 '
matches "$tmp/out" '^o"brien, tom  *a, b  *1  *1  *1 of 1  *44.4  *44.4–44.4  *'
matches "$tmp/out" '^doubt  *–  *1  *1  *1 of 1  *–  *–  *100\.0 .*too few$'
matches "$tmp/out" '^li.na  *cards  *34  *34  *9 of 34 .*too few$'
equal 'lines' 5 "$(grep -c . "$tmp/out")"
report 0 agents # li.na has 30 scored calls when nothing is drawn
cp desk.db undrawn.db
sql undrawn.db 'DELETE FROM sample_ticket'
report 0 agents --month 2026-10 --db undrawn.db
matches "$tmp/out" '^li.na  *cards  *34  *34  *0 of 34 .*–$'
report 0 calls
in_line report calls
matches "$tmp/out" '^torn  *王伟  *–  *2026-10-09T10:00:00+08:00  *–  *failed  *–  *–  *unsupported-codec$'
report 0 rules --month 2026-10
in_line report rules
matches "$tmp/out" '^greeting  *courtesy  *required  *41 '

# ---- nothing there -------------------------------------------------------------------------------------
for which in agents calls rules; do
    for period in '--month 2025-01' '--quarter 2025-Q1' '--year 2025'; do
        # shellcheck disable=SC2086
        report 0 $which $period --format json
        equal "$which $period" "{\"$which\":[]}" "$(tr -d ' \n' <"$tmp/out")"
        for format in csv table; do
            # shellcheck disable=SC2086
            report 0 $which $period --format $format
            equal "$which $period as $format" 1 "$(grep -c . "$tmp/out")"
        done
    done
done

# ---- mistakes --------------------------------------------------------------------------------------------
wrong() { # TEXT ARGUMENTS...
    text=$1
    shift
    report 2 "$@"
    has "$tmp/err" "$text"
    equal 'stdout of a mistake' '' "$(cat "$tmp/out")"
}
wrong 'agents, calls or rules'
wrong "'agent'" agent
wrong 'agents, calls or rules' agents calls
for bad in 2026-13 2026 2026-Q4 2026-1 '' october; do
    wrong "'$bad' is no " agents --month "$bad"
done
for bad in 2026-Q0 2026-Q5 2026-q4 2026 2026-10 Q4 2026-Q44; do
    wrong "'$bad' is no " agents --quarter "$bad"
done
for bad in 26 20266 2026-10 year; do
    wrong "'$bad' is no " agents --year "$bad"
done
wrong 'one of --month, --quarter and --year' agents --month 2026-10 --year 2026
wrong "not 'xml'" agents --format xml
report 3 agents --db none.db
[ ! -e none.db ] || fail 'a report made a database'
report 3 agents --config none.yaml
report 0 --help
has "$tmp/out" 'usage: callaudit report agents|calls|rules'
