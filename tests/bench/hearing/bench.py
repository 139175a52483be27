#!/usr/bin/python3
"""How well phrases are heard: one table from one run over the test part of the corpus, with frozen numbers.

    bench.py CORPUS [--models en-us-8khz,debian] [--conditions NAME,...] [--calls N] [--write] [--svg DIR]

CORPUS is a folder; what it lacks corpus.py makes. Rows are conditions, NAME+adapt is NAME
after `callaudit model adapt` on the same recordings (which are not told what is said), and `reading` for ../shared/audio where it
lies there: phrases cut from its texts (reading.py), against those of the other texts. Columns:

    P R F1          of decisions (call, rule), by kind of rule; unsure counts as not hit
    held            F1 of the phrases that train and dev do not know
    decided unsure  F1 without the unsure decisions, and their share
    wrong           positives called missed, share
    FA/h            believed detections of phrases nobody said there, per hour of recording
    ATWV            1 - mean over phrases of (P miss + 999.9 x P false alarm), believed detections, one trial a second
                    (J. G. Fiscus et al., "Results of the 2006 Spoken Term Detection Evaluation", 2007)
    ECE             expected calibration error of the detections' confidence, ten bins (M. P. Naeini et al., 2015)
    RTF MB          CPU seconds a second of recording; peak of a worker

The table is compared with results.txt beside this script; --write puts it there. DET curves (A. Martin et al., 1997)
and reliability diagrams go to DIR (default build/bench-hearing) as SVG. Exit 1 when something could not run.
"""
import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import charts
import reading
from heard import JOBS, PROGRAM, ROOT, Line, is_said, load_calls, read_csv, run, wordings, write_config
from texts import HERE, stop

MODELS = Path(os.environ.get('BENCH_MODELS', HERE.parents[2] / '../shared/models')).resolve()
RESULTS = HERE / 'results.txt'
ALL = ('mulaw20', 'mulaw15', 'mulaw15+adapt', 'alaw', 'gsm', 'opus', 'mp3', 'quiet', 'loud', 'hum15', 'babble15', 'pink12', 'babble12',
       'hum12', 'pink8', 'babble8', 'hum8', 'mono', 'gsmmono')
SLOW = ('mulaw20', 'mulaw15')     # Debian's model costs six times as much
HEAD = ('model', 'condition', 'n', 'P.court', 'R.court', 'F1.court', 'P.forb', 'R.forb', 'F1.forb', 'held', 'decided',
        'unsure', 'wrong', 'FA/h', 'ATWV', 'ECE', 'RTF', 'MB')


def judge(calls, config, paths, adapt=False):
    """Runs the program; (verdicts {(call, rule): verdict}, summary). Fills in the calls' lines."""
    if adapt:
        run([PROGRAM, 'model', 'adapt', '--config', config, '--jobs', JOBS, *paths])
    summary = json.loads(run([PROGRAM, 'run', '--config', config, '--jobs', JOBS, '--format', 'json', *paths]))
    if summary['judged'] != len(calls):
        stop(f'{config}: {summary["judged"]} of {len(calls)} calls judged: {summary["reasons"]}')
    by_name = {call.name: call for call in calls}
    with sqlite3.connect(config.parent / 'hearing.db') as db:
        verdicts = {(uid, rule): verdict
                    for uid, rule, verdict in db.execute('SELECT call_uid, rule_id, verdict FROM v_finding')}
        for uid, speaker, start, end, confidence, text in db.execute(
                "SELECT c.call_uid, l.speaker, l.start_ms, l.end_ms, l.confidence, group_concat(w.text, ' ') "
                'FROM line l JOIN call c ON c.id = l.call_id JOIN word w ON w.call_id = l.call_id AND w.seq BETWEEN '
                'l.first_word AND l.first_word + l.word_count - 1 GROUP BY l.call_id, l.seq ORDER BY l.call_id, l.seq'):
            by_name[uid].lines.append(Line(text, speaker, start, end, confidence))
    return verdicts, summary


def accept_cut():
    for line in (ROOT / 'models/hearing.yaml').read_text(encoding='utf-8').splitlines():
        if line.startswith('accept: '):
            return float(line.split()[1])
    return stop('models/hearing.yaml: no accept')


# ---- figures ----

def prf(pairs):
    """pairs: (verdict, said). Precision, recall, F1; None without positives."""
    right = sum(said for verdict, said in pairs if verdict == 'hit')
    hits = sum(verdict == 'hit' for verdict, _ in pairs)
    said = sum(said for _, said in pairs)
    if not said:
        return None, None, None
    return right / max(1, hits), right / said, 2 * right / max(1, hits + said)


def detections(calls, part):
    """(confidence, said, rule) of every phrase heard."""
    owner = wordings(part)
    return [(line.confidence, is_said(call, line, owner[line.text]), owner[line.text])
            for call in calls for line in call.lines if line.text in owner]


def calibration_error(found):
    error = 0.0
    for low in range(10):
        those = [(p, said) for p, said, _ in found if low / 10 <= p < (low + 1) / 10 or (low == 9 and p == 1)]
        error += abs(sum(p for p, _ in those) - sum(said for _, said in those))
    return error / max(1, len(found))


def term_weighted_value(calls, found, cut):
    seconds = sum(call.seconds for call in calls)
    positives = {}
    for call in calls:
        for said in call.said:
            positives[said.rule] = positives.get(said.rule, 0) + 1
    loss = 0.0
    for rule, count in positives.items():
        right = min(count, sum(said for p, said, r in found if r == rule and p >= cut))
        false = sum(not said for p, said, r in found if r == rule and p >= cut)
        loss += 1 - right / count + 999.9 * false / (seconds - count)
    return 1 - loss / max(1, len(positives))


def figures(title, condition, calls, verdicts, summary, rule_sets, part='test'):
    cut = accept_cut()
    said = {(call.name, s.rule) for call in calls for s in call.said if s.speaker == 'agent'}
    pairs = {key: (verdict, key in said) for key, verdict in verdicts.items() if verdict != 'n/a'}
    of = lambda kind: [pair for (_, rule), pair in pairs.items() if rule_sets.get(rule) == kind]
    held = [pair for (_, rule), pair in pairs.items() if rule_sets.get(rule, '').endswith('+held')]
    court = prf(of('courtesy') + of('courtesy+held'))
    forb = prf(of('forbidden') + of('forbidden+held'))
    decided = prf([pair for pair in pairs.values() if pair[0] != 'unsure'])
    positives = [pair for pair in pairs.values() if pair[1]]
    found = detections(calls, part) if part == 'test' else []
    hours = sum(call.seconds for call in calls) / 3600
    return (title, condition, len(pairs), *court, *forb, prf(held)[2], decided[2],
            sum(v == 'unsure' for v, _ in pairs.values()) / len(pairs),
            sum(v == 'miss' for v, _ in positives) / len(positives),
            sum(not s for p, s, _ in found if p >= cut) / hours if found else None,
            term_weighted_value(calls, found, cut) if found else None, calibration_error(found) if found else None,
            sum(summary['cpu_seconds'].values()) / (3600 * hours), summary['peak_rss_bytes'] / 1e6), found


# ---- rows ----

def corpus_row(corpus, title, model, condition, rule_sets, limit):
    calls = sorted(load_calls(corpus, 'test', condition.removesuffix('+adapt')), key=lambda call: call.name)[:limit]
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(folder, 'test', model)
        verdicts, summary = judge(calls, config, [call.path for call in calls], condition.endswith('+adapt'))
    return (*figures(title, condition, calls, verdicts, summary, rule_sets), calls)


def reading_rows(models):
    for language in ('en-US', 'zh-CN'):
        with tempfile.TemporaryDirectory() as folder:
            calls = reading.prepare(Path(folder), language, MODELS)
            for title, model in models:
                if not calls or (language == 'zh-CN' and model is None):
                    continue
                name = 'zh-cn-8khz-sc' if language == 'zh-CN' else title
                config = reading.write_config(Path(folder), language, MODELS / name if model else None)
                for call in calls:
                    call.lines = []
                verdicts, summary = judge(calls, config, [Path(folder) / 'calls'])
                yield figures(name, f'reading {language}', calls, verdicts, summary,
                              {rule: 'courtesy' for _, rule in verdicts}, 'reading')[0]


def cell(value):
    return '-' if value is None else value if isinstance(value, str) else \
        str(value) if isinstance(value, int) else f'{value:.4f}' if abs(value) < 0.05 else f'{value:.3f}'


def layout(rows):
    cells = [HEAD] + [tuple(cell(value) for value in row) for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEAD))]
    return ['  '.join(value.ljust(width) if i < 2 else value.rjust(width)
                      for i, (value, width) in enumerate(zip(row, widths))).rstrip() for row in cells]


def compare(lines):
    """What moved against results.txt, by .005 or more."""
    if not RESULTS.exists():
        return
    old = {}
    for line in RESULTS.read_text(encoding='utf-8').splitlines():
        row = [part.strip() for part in line.split('  ') if part.strip()]
        if len(row) == len(HEAD):
            old[row[0], row[1]] = row
    for line in lines[1:]:
        row = [part.strip() for part in line.split('  ') if part.strip()]
        for name, was, now in zip(HEAD[3:-2], old.get((row[0], row[1]), row)[3:], row[3:]):
            if '-' not in (was, now) and abs(float(was) - float(now)) >= 0.005:
                print(f'{row[0]} {row[1]}: {name} {was} -> {now}')


def write_promises(rows):
    """What a doctor may promise: the figures of a row of mulaw15, beside the numbers that it was measured with."""
    path = ROOT / 'models/hearing.yaml'
    rate_of = {'en-us-8khz': '8000', 'debian': '16000'}
    promises = {rate_of[row[0]]: row for row in rows if row[1] == 'mulaw15' and row[0] in rate_of}
    out, language, rate = [], '', ''
    for line in path.read_text(encoding='utf-8').splitlines():
        language = line.split()[-1] if line.startswith('  - language: ') else language
        rate = line.split()[-1] if line.startswith('    sample_rate: ') else rate
        if line.startswith('    promise: '):
            continue
        out.append(line)
        if line.startswith('    sample_rate: ') and language == 'en-US' and rate in promises:
            row = promises[rate]
            hits, right = (row[3] + row[6]) / 2, (row[5], row[8])
            out.append(f'    promise: {{condition: "synthetic calls, mu-law, 15 dB", courtesy_f1: {right[0]:.3f}, '
                       f'forbidden_f1: {right[1]:.3f}, precision: {hits:.3f}}}')
    path.write_text('\n'.join(out) + '\n', encoding='utf-8')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('corpus', type=Path)
    parser.add_argument('--models', default='en-us-8khz,debian')
    parser.add_argument('--conditions')
    parser.add_argument('--calls', type=int, help='of each condition only the first N')
    parser.add_argument('--write', action='store_true')
    parser.add_argument('--svg', type=Path, default=ROOT / 'build/bench-hearing')
    options = parser.parse_args()
    models = [(name, None if name == 'debian' else MODELS / name) for name in options.models.split(',')
              if name == 'debian' or (MODELS / name / 'mdef').exists()]
    wanted = options.conditions.split(',') if options.conditions else None
    subprocess.run([HERE / 'corpus.py', options.corpus, '--part', 'test', '--condition',
                    ','.join(name for name in wanted or ALL if not name.endswith('+adapt'))],
                   check=True, stdout=sys.stderr)
    rows, curves, bins = [], {}, {}
    rule_sets = {row['rule_id']: row['set'] + ('+held' if row['held'] == '1' else '')
                 for row in read_csv(options.corpus / 'test/truth.csv')}
    for title, model in models:
        for condition in wanted or (ALL if model else SLOW):
            print(f'{title} {condition}', file=sys.stderr, flush=True)
            row, found, calls = corpus_row(options.corpus, title, model, condition, rule_sets, options.calls)
            rows.append(row)
            positives = sum(len(call.said) for call in calls)
            curves[f'{title} {condition}'] = charts.det(found, positives, sum(call.seconds for call in calls) / 3600)
            bins[f'{title} {condition}'] = charts.reliability(found)
    if not wanted:
        rows += list(reading_rows(models))
    lines = layout(rows)
    print('\n'.join(lines))
    compare(lines)
    options.svg.mkdir(parents=True, exist_ok=True)
    charts.write_det(options.svg / 'det.svg', curves)
    charts.write_reliability(options.svg / 'reliability.svg', bins)
    if options.write:
        RESULTS.write_text(f'# tests/bench/hearing/bench.py {" ".join(["CORPUS", *sys.argv[2:]])}; columns as its head says\n' +
                           '\n'.join(lines) + '\n', encoding='utf-8')
        write_promises(rows)
    return 0


if __name__ == '__main__':
    sys.exit(main())
