#!/bin/sh
# How well are the sample calls judged? Hits that the program finds against what was really said
# (samples/truth-rules.csv): precision, recall and F1, by Debian's model, and by the telephone-band
# models where ../shared/models has them. Rules that do not apply (n/a in the truth) are left out;
# unsure counts as not hit.
set -eu
# shellcheck source=tests/lib.sh
. tests/lib.sh
models=$(cd .. && pwd)/shared/models
cat >"$tmp/debian.yaml" <<YAML
database: debian.db
rules: $root/rules
timezone: Asia/Shanghai
intake:
  settle: 0ms
  cdr: {file: $root/samples/cdr.csv, call_id: uniqueid, file_name: recordingfile, agent: agent,
        queue: queue, direction: direction, started: calldate, language: language}
hearing: {transcript: none}
YAML
{
    sed 's/debian.db/telephone.db/' "$tmp/debian.yaml"
    echo "models: {en-US: $models/en-us-8khz, zh-CN: $models/zh-cn-8khz-sc}"
} >"$tmp/telephone.yaml"
cat >"$tmp/figures.py" <<'PYTHON'
"""figures.py TITLE LEAST-F1 < rows call|rule|verdict: prints the figures; exit 1 below LEAST-F1."""
import csv, sys

found = dict(((call, rule), verdict) for call, rule, verdict in (line.rstrip('\n').split('|') for line in sys.stdin))
with open('samples/truth-rules.csv', encoding='utf-8', newline='') as file:
    truth = {(row['call_uid'], row['rule_id']): row['verdict'] for row in csv.DictReader(file)}
asked = [key for key in truth if truth[key] != 'n/a' and key in found]
hits = {key for key in asked if truth[key] == 'hit'}
heard = {key for key in asked if found[key] == 'hit'}
right, unsure = len(hits & heard), sum(found[key] == 'unsure' for key in asked)
precision, recall = right / max(1, len(heard)), right / max(1, len(hits))
f1 = 2 * right / max(1, len(hits) + len(heard))
print(f'note: {sys.argv[1]}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} over {len({c for c, _ in asked})} '
      f'calls, {len(asked)} verdicts, {len(hits)} said, {unsure} unsure')
for title, keys in (('missed', hits - heard), ('false', heard - hits)):
    print(f'{title}: ' + ', '.join(f'{call} {rule} ({found[call, rule]})' for call, rule in sorted(keys)))
if not asked:
    sys.exit('no call of the truth was judged')
sys.exit(f1 < float(sys.argv[2]))
PYTHON
figures() { # TITLE DATABASE LANGUAGE LEAST-F1
    sql "$2" "SELECT call_uid, rule_id, verdict FROM v_finding NATURAL JOIN (SELECT call_uid FROM v_call WHERE language = '$3')" |
        python3 "$tmp/figures.py" "$1" "$4" || fail "$1: F1 is below $4"
}
english=$(cut -d, -f1 samples/truth-rules.csv | sort -u | grep -c '^c10\(0.\|1[0-6]\)$')

# Debian's machine has no Mandarin model: those calls fail, each with its reason, and that is all.
expect 1 "$PROGRAM" run --config "$tmp/debian.yaml" --jobs 2 samples/calls
has "$tmp/out" "$english judged, 2 failed (recognizer-failed 2)"
rows 'calls that cannot be heard' "$tmp/debian.db" "SELECT call_uid, language FROM v_call WHERE status = 'failed' ORDER BY 1" 'c1017|zh-CN
c1018|zh-CN'
figures "Debian's en-us" "$tmp/debian.db" en-US 0.75

if [ ! -d "$models/en-us-8khz" ]; then
    note 'no ../shared/models here: the telephone-band models were not tried'
    exit 0
fi
expect 0 "$PROGRAM" run --config "$tmp/telephone.yaml" --jobs 2 --format json samples/calls
equal 'calls judged' "$((english + 2))" "$(json "$tmp/out" 'v["judged"]')"
cp "$tmp/out" "$tmp/summary"
figures 'telephone-band en-us-8khz' "$tmp/telephone.db" en-US 0.85
# The voice is synthetic, of a kind that no model was made for: figures without a threshold.
figures 'Mandarin zh-cn-8khz-sc (a synthetic voice, no threshold)' "$tmp/telephone.db" zh-CN 0
