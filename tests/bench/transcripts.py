#!/usr/bin/env python3
"""How good are transcripts? Word error rate, rules judged by transcripts alone, and what their confidence is worth.

    python3 tests/bench/transcripts.py [--program build/callaudit] [--hearing 'phrase_weight: 0.1'] [--calls c1001,c1002]
                                       [--models debian,telephone] [--alone] [--save FILE] [--load FILE]

Hears the English calls of samples/ with `callaudit explain --trace --transcript` and compares with samples/truth.csv
(words) and samples/truth-rules.csv (verdicts; those that are n/a there are left out, unsure is no hit). `believed` judges
every transcript line as if it were certain; `weighed` by the confidence that it has; `together` is the call as a night
judges it, keyphrases and transcript. With --alone the keyphrase pass is made deaf (kws_plp: 1), so that nothing of it
stands in the transcripts. Standard library only. The models of the telephone band are looked for in
BENCH_MODELS (default ../shared/models).
"""
import argparse
import concurrent.futures
import copy
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import MODELS, ROOT, SAMPLES, english_calls, load_truth, quality

BINS = (0, .1, .3, .5, .7, .9, .98, 1.0001)


def hear(program, config, call):
    """(the call as judged, the call as heard, CPU seconds)."""
    command = [program, 'explain', '--config', config, '--trace', call.path, '--transcript', '--until', 'score']
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([str(part) for part in command], stdout=out, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f'{call.path}: exit {child.returncode}')
        out.seek(0)
        text = out.read().decode()
    stages, decoder, at = {}, json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        stage, at = decoder.raw_decode(text, at)
        at += 1
        stages[stage['stage']] = stage['call']
    return stages['score'], stages['recognize'], usage.ru_utime + usage.ru_stime


def transcript_words(call, speaker):
    """[(start, word, confidence)] of the speaker's transcript lines."""
    words = []
    for line in call['lines']:
        if line['tier'] == 'transcript' and line['speaker'] in (speaker, 'mixed'):
            for word in call['words'][line['first_word']:line['first_word'] + line['word_count']]:
                words.append((word['start_ms'], word['text'], word['confidence']))
    return sorted(words)


def align(said, heard):
    """Levenshtein: (errors, [heard word is right])."""
    rows = [list(range(len(heard) + 1))]
    for i, word in enumerate(said, 1):
        row = [i]
        for j, other in enumerate(heard, 1):
            row.append(min(rows[-1][j - 1] + (word != other), rows[-1][j] + 1, row[-1] + 1))
        rows.append(row)
    right, i, j = [False] * len(heard), len(said), len(heard)
    while i and j:
        if rows[i][j] == rows[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            right[j] = said[i] == heard[j]
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return rows[-1][-1], right


def load_said():
    said = {}
    with open(SAMPLES / 'truth.csv', encoding='utf-8', newline='') as file:
        for row in sorted(csv.DictReader(file), key=lambda row: int(row['start_ms'])):
            said.setdefault((row['call_uid'], row['speaker']), []).extend(row['text'].split())
    return said


def area(scored):
    """Area under the ROC curve of (confidence, is right): how often a right word is surer than a wrong one."""
    rights = [c for c, ok in scored if ok]
    wrongs = [c for c, ok in scored if not ok]
    wins = sum((r > w) + .5 * (r == w) for r in rights for w in wrongs)
    return wins / max(1, len(rights) * len(wrongs))


def judge_words(program, folder, calls, certain):
    """Rules judged by transcript lines alone, through `callaudit import`: {(call, rule)} that are hits."""
    database, names = folder / f'words-{certain}.db', []
    for uid, call in calls.items():
        words = copy.deepcopy(call)
        words['lines'] = [line for line in words['lines'] if line['tier'] == 'transcript']
        for line in words['lines'] if certain else ():
            line['confidence'] = 1
        names.append(folder / f'{uid}.json')
        names[-1].write_text(json.dumps(words), encoding='utf-8')
    database.unlink(missing_ok=True)
    done = subprocess.run([program, 'import', '--config', SAMPLES / 'callaudit.yaml', '--db', database, '--rules', ROOT / 'rules',
                           '--format', 'json', *names], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    with sqlite3.connect(database) as db:
        return set(db.execute("SELECT call_uid, rule_id FROM v_finding WHERE verdict = 'hit'"))


def report(title, program, results, seconds, folder):
    calls = [call for call in english_calls() if call.uid in results]
    truth, said_words = load_truth(calls), load_said()
    errors = said_count = 0
    scored = []
    for uid, (_, heard, _) in results.items():
        for speaker in ('agent', 'customer'):
            said, words = said_words.get((uid, speaker), []), transcript_words(heard, speaker)
            wrong, right = align(said, [word for _, word, _ in words])
            errors, said_count = errors + wrong, said_count + len(said)
            scored += [(confidence, ok) for (_, _, confidence), ok in zip(words, right)]
    heard = {uid: result[1] for uid, result in results.items()}
    cpu = sum(result[2] for result in results.values())
    together = {(uid, f['rule_id']) for uid, result in results.items() for f in result[0]['findings'] if f['verdict'] == 'hit'}
    print(f'{title}: {len(results)} calls, {said_count} words said, word error rate {errors / max(1, said_count):.3f}, '
          f'{cpu / seconds:.3f} CPU s per s of audio')
    for name, hits in (('believed', judge_words(program, folder, heard, True)),
                       ('weighed', judge_words(program, folder, heard, False)), ('together', together)):
        print('  rules, {}: precision {:.3f}, recall {:.3f}, F1 {:.3f}'.format(name, *quality(hits, truth)))
    print(f'  confidence: area under ROC {area(scored):.3f}; mean when right '
          f'{sum(c for c, ok in scored if ok) / max(1, sum(ok for _, ok in scored)):.3f}, when wrong '
          f'{sum(c for c, ok in scored if not ok) / max(1, sum(not ok for _, ok in scored)):.3f}')
    for low, high in zip(BINS, BINS[1:]):
        inside = [(c, ok) for c, ok in scored if low <= c < high]
        if inside:
            print(f'    {low:.2f}..{min(high, 1):.2f}: {len(inside):5} words, mean {sum(c for c, _ in inside) / len(inside):.3f}, '
                  f'right {sum(ok for _, ok in inside) / len(inside):.3f}')


def measure(args, name, folder):
    config = folder / f'{name}.yaml'
    text = (SAMPLES / 'callaudit.yaml').read_text(encoding='utf-8')
    text = text.replace('cdr.csv', str(SAMPLES / 'cdr.csv')).replace('../rules', str(ROOT / 'rules'))
    text = text.replace('hearing: {transcript: none}', f'hearing: {{transcript: all{", " + args.hearing if args.hearing else ""}}}')
    keys = [f"acoustic: '{MODELS / 'en-us-8khz'}'"] if name == 'telephone' else []
    keys += ['kws_plp: 1'] if args.alone else []
    text += f'models: {{en-US: {{{", ".join(keys)}}}}}\n' if keys else ''
    config.write_text(text, encoding='utf-8')
    calls = [call for call in english_calls() if not args.calls or call.uid in args.calls.split(',')]
    if args.load:
        results = json.loads(Path(args.load).read_text(encoding='utf-8'))[name]
    else:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            heard = pool.map(lambda call: hear(args.program, config, call), calls)
            results = {call.uid: result for call, result in zip(calls, heard)}
    seconds = sum(result[1]['duration_ms'] / 1000 for result in results.values())
    report(f'{name} {args.hearing}'.strip(), args.program, results, seconds, folder)
    return results


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('--program', default=str(ROOT / 'build/release/callaudit'))
    options.add_argument('--hearing', default='', help="further keys of the configuration's hearing section")
    options.add_argument('--calls', default='', help='only these, parted by commas')
    options.add_argument('--models', default='telephone,debian' if (MODELS / 'en-us-8khz/mdef').exists() else 'debian')
    options.add_argument('--alone', action='store_true')
    options.add_argument('--jobs', type=int, default=1)
    options.add_argument('--save', help='keep what was heard in this file')
    options.add_argument('--load', help='look again at what was kept there')
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix='callaudit-transcripts-') as name:
        results = {model: measure(args, model, Path(name)) for model in args.models.split(',')}
    if args.save:
        Path(args.save).write_text(json.dumps(results), encoding='utf-8')


if __name__ == '__main__':
    main()
