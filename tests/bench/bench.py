#!/usr/bin/env python3
"""make bench: what a CPU hour buys, and how right it is, for callaudit and for the naive way.

Every row of the table is measured in this run, over the same audio: the English calls of samples/, again and
again until BENCH_MINUTES (default 20) are reached, each round into a fresh database. Fewer minutes than one round
has: only the first calls. CPU time is user + system of a command and all its children, as the kernel counted
them; callaudit runs with --jobs 1, so a row is what one core does. Detection is counted over (call, rule) pairs of
truth-rules.csv without those that are n/a there; unsure is no hit.

Standard library only. Exit: 0 whatever the numbers are, 1 when something could not run.
"""
import concurrent.futures
import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / 'samples'
PROGRAM = ROOT / 'build/release/callaudit'
RULES = ROOT / 'rules/en/courtesy.yaml'
MODELS = Path(os.environ.get('BENCH_MODELS', ROOT / '../shared/models')).resolve()
STAGES = ('decode', 'segment', 'recognize', 'match', 'measure', 'score')
NAIVE_JOBS = 2      # it takes longer than the calls do
MIN_SPEEDUP, MIN_F1, MAX_WORKER_MB = 30, 0.85, 60


def stop(message):
    sys.exit(f'bench: {message}')


def progress(message):
    print(message, file=sys.stderr, flush=True)


def run(command, output=None, ok=(0,)):
    """Runs a command to its end: (CPU seconds, peak MB, stdout). The usage is that of all its children too."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output or out,
                                 stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode not in ok:
            last = err.read().decode(errors='replace').strip().splitlines()[-3:]
            stop(f'{" ".join(map(str, command))}: exit {child.returncode}: ' + ' / '.join(last))
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().decode(errors='replace')


# ---- the calls, the rules and the truth ----

@dataclass
class Call:
    uid: str
    path: Path
    seconds: float = 0.0


@dataclass
class Rule:
    uid: str
    who: str = 'any'
    max: int = 0        # of a limit rule: as many are allowed
    patterns: list = field(default_factory=list)


def english_calls():
    """Recordings listed in cdr.csv as English, and those with a sidecar of their own."""
    with open(SAMPLES / 'cdr.csv', encoding='utf-8', newline='') as file:
        calls = [Call(row['uniqueid'], SAMPLES / 'calls' / row['recordingfile'])
                 for row in csv.DictReader(file) if row['language'] == 'en-US' and row['recordingfile']]
    for sidecar in (SAMPLES / 'calls').glob('*.json'):
        language = json.loads(sidecar.read_text(encoding='utf-8')).get('language', 'en-US')
        calls += [Call(path.stem.rsplit('_', 1)[-1], path) for path in sidecar.parent.glob(sidecar.stem + '.*')
                  if path != sidecar and language == 'en-US']
    return sorted(calls, key=lambda call: call.uid)


def agent_rules():
    """The rule file's agent rules, read line by line: id, who, max, phrases and regex stand in fixed columns."""
    rules, key = [], ''
    for line in RULES.read_text(encoding='utf-8').splitlines():
        if match := re.fullmatch(r'  - id: (\S+)', line):
            rules.append(Rule(match[1]))
        elif rules and (match := re.fullmatch(r'    (\w+):(?: +(.*))?', line)):
            key, value = match[1], match[2] or ''
            if key in ('who', 'max'):
                setattr(rules[-1], key, int(value) if key == 'max' else value)
            elif key == 'regex':
                rules[-1].patterns.append(value.strip("'").replace('(?:', '('))
        elif rules and key == 'phrases' and (match := re.fullmatch(r'      - (.+)', line)):
            rules[-1].patterns.append(re.sub(r'\[([^]]*)\] ?', r'(\1 )?', match[1]))
    for rule in rules:
        if not rule.patterns:
            stop(f'{RULES}: no phrases read for {rule.uid}')
    return [rule for rule in rules if rule.who == 'agent']


def load_truth(calls):
    with open(SAMPLES / 'truth-rules.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    uids = {call.uid for call in calls}
    return {(row['call_uid'], row['rule_id']): row['verdict'] == 'hit'
            for row in rows if row['call_uid'] in uids and row['verdict'] != 'n/a'}


def quality(hits, truth):
    """Precision, recall and F1 of a set of (call, rule) pairs."""
    right = sum(1 for pair, hit in truth.items() if hit and pair in hits)
    claimed = sum(1 for pair in truth if pair in hits)
    precision, recall = right / max(claimed, 1), right / max(sum(truth.values()), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


# ---- one row ----

@dataclass
class Row:
    title: str
    model: Path = None          # callaudit rows: acoustic models' folder, None for Debian's
    transcript: str = 'none'
    naive: bool = False
    seconds: float = 0.0        # of audio
    cpu: float = 0.0
    peak_mb: float = 0.0
    stages: dict = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    hits: set = field(default_factory=set)
    seen: dict = field(default_factory=dict)    # call -> its hits, to see that rounds agree
    steady: bool = True

    def speed(self):
        return self.seconds / self.cpu

    def share(self, stage):
        return self.stages[stage] / self.cpu

    def add_hits(self, uid, hits):
        self.steady = self.steady and self.seen.setdefault(uid, hits) == hits
        self.hits |= {(uid, rule) for rule in hits}


# ---- callaudit ----

def write_config(row, folder):
    """samples/callaudit.yaml with the row's models and transcripts; its paths are given as options."""
    text = (SAMPLES / 'callaudit.yaml').read_text(encoding='utf-8')
    text = ''.join(line for line in text.splitlines(True) if not re.match(r'(hearing|models):', line))
    text = re.sub(r'(?m)^intake:$', 'intake:\n  settle: 0s', text)
    text += f'hearing: {{transcript: {row.transcript}}}\n'
    if row.model:
        text += f"models: {{en-US: '{row.model / 'en-us-8khz'}', zh-CN: '{row.model / 'zh-cn-8khz-sc'}'}}\n"
    path = folder / 'callaudit.yaml'
    path.write_text(text, encoding='utf-8')
    return path


def run_callaudit(row, calls, recordings, folder):
    database = folder / 'bench.db'
    cpu, _, out = run([folder.parent / PROGRAM.name, 'run', '--config', write_config(row, folder), '--db', database,
                       '--rules', ROOT / 'rules', '--cdr', SAMPLES / 'cdr.csv', '--jobs', '1', '--format', 'json', recordings])
    summary = json.loads(out)
    seconds = sum(call.seconds for call in calls)
    if summary['judged'] != len(calls) or abs(summary['audio_ms'] / 1000 - seconds) > 0.01 * seconds:
        stop(f'{row.title}: {summary["judged"]} of {len(calls)} calls judged, '
             f'{summary["audio_ms"]} ms of {seconds:.0f} s')
    row.cpu += cpu
    row.seconds += seconds
    row.peak_mb = max(row.peak_mb, summary['peak_rss_bytes'] / 1048576)
    for stage in STAGES:
        row.stages[stage] += summary['cpu_seconds'][stage]
    with sqlite3.connect(database) as db:
        found = db.execute("SELECT call_uid, rule_id FROM v_finding WHERE verdict = 'hit'").fetchall()
    for call in calls:
        row.add_hits(call.uid, {rule for uid, rule in found if uid == call.uid})


# ---- the naive way ----

def sox_agent(call, out):
    """The agent's channel as pocketsphinx_continuous wants it; returns CPU seconds."""
    source, cpu = [call.path], 0.0
    if call.path.suffix == '.opus':     # which sox does not read
        source = [out.with_suffix('.opus.wav')]
        cpu, _, _ = run(['opusdec', '--quiet', '--rate', '16000', '--force-wav', call.path, *source])
    elif call.path.suffix == '.ulaw':
        source = ['-t', 'ul', '-r', '8000', '-c', '1', call.path]
    used, _, _ = run(['sox', '-D', *source, '-r', '16000', '-b', '16', out, 'remix', '1'])
    return cpu + used


def naive_call(call, rules, folder):
    """sox, recognizer, grep. Returns (CPU seconds of the three, peak MB, rules hit)."""
    audio, text = folder / f'{call.uid}.wav', folder / f'{call.uid}.txt'
    decode = sox_agent(call, audio)
    with open(text, 'wb') as out:
        recognize, peak, _ = run(['pocketsphinx_continuous', '-infile', audio, '-logfn', '/dev/null'], output=out)
    match, hits = 0.0, set()
    for rule in rules:
        options = [part for pattern in rule.patterns for part in ('-e', pattern)]
        used, _, found = run(['grep', '-Eoiw', *options, text], ok=(0, 1))
        match += used
        if len(found.splitlines()) > rule.max:
            hits.add(rule.uid)
    progress(f'  naive {call.uid}: {call.seconds:.0f} s of audio, {decode + recognize + match:.0f} s of CPU')
    return decode, recognize, match, peak, hits


def run_naive(row, calls, rules, folder):
    with concurrent.futures.ThreadPoolExecutor(NAIVE_JOBS) as pool:
        results = list(pool.map(lambda call: naive_call(call, rules, folder), calls))
    for call, (decode, recognize, match, peak, hits) in zip(calls, results):
        row.cpu += decode + recognize + match
        row.seconds += call.seconds
        row.peak_mb = max(row.peak_mb, peak)
        for stage, used in (('decode', decode), ('recognize', recognize), ('match', match)):
            row.stages[stage] += used
        row.add_hits(call.uid, hits)


# ---- the run ----

def plan_rounds(calls, minutes):
    """Rounds of whole calls that reach the minutes: every row runs the same ones."""
    rounds, missing = [], minutes * 60
    while missing > 0:
        rounds.append([])
        for call in calls:
            if missing > 0:
                rounds[-1].append(call)
                missing -= call.seconds
    return rounds


def measure_calls(calls, folder):
    for call in calls:
        path = folder / f'{call.uid}.length.wav'
        sox_agent(call, path)
        with wave.open(str(path)) as audio:
            call.seconds = audio.getnframes() / audio.getframerate()


def copy_recordings(calls, folder):
    folder.mkdir()
    for call in calls:
        for path in call.path.parent.glob(call.path.stem + '.*'):   # its sidecar too
            shutil.copy2(path, folder)
    return folder


def make_rows():
    naive = Row("naive: sox, pocketsphinx_continuous, grep", naive=True)
    debian = Row("keyphrases, Debian's en-us")
    if not (MODELS / 'en-us-8khz/mdef').exists():
        return [debian, Row("with transcripts, Debian's en-us", transcript='all'), naive]
    return [Row('keyphrases, telephone band', MODELS), debian,
            Row('with transcripts, telephone band', MODELS, transcript='all'), naive]


def run_rounds(rows, rounds, rules, temp):
    for number, calls in enumerate(rounds, 1):
        recordings = copy_recordings(calls, temp / f'calls{number}')
        for index, row in enumerate(rows):
            progress(f'round {number} of {len(rounds)}: {row.title}')
            folder = temp / f'round{number}-{index}'
            folder.mkdir()
            if row.naive:
                run_naive(row, calls, rules, folder)
            else:
                run_callaudit(row, calls, recordings, folder)
            shutil.rmtree(folder)


# ---- the answer ----

def print_table(rows, truth):
    naive = rows[-1]
    head = ['', 'hours/CPU h', 'x naive', 'prec.', 'recall', 'F1', 'MB/worker', *STAGES, 'rest']
    lines = [head]
    for row in rows:
        shares = [row.share(stage) for stage in STAGES]
        shares.append(max(0.0, 1 - sum(shares)))
        lines.append([row.title, f'{row.speed():.1f}', f'{row.speed() / naive.speed():.1f}',
                      *(f'{value:.2f}' for value in quality(row.hits, truth)), f'{row.peak_mb:.0f}',
                      *(f'{100 * share:.1f}%' for share in shares)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print('  '.join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]))


def reach(claim, reached, number):
    print(f'{claim}: {"yes" if reached else "no"}, {number}')


def print_reaches(rows, truth):
    naive = rows[-1]
    spotters = [row for row in rows if not row.naive and row.transcript == 'none']
    for row in spotters:
        times = row.speed() / naive.speed()
        reach(f'{row.title}: at least {MIN_SPEEDUP} times the naive throughput', times >= MIN_SPEEDUP, f'{times:.1f}')
    for row in spotters:
        f1 = quality(row.hits, truth)[2]
        reach(f'{row.title}: F1 at least {MIN_F1}', f1 >= MIN_F1, f'{f1:.3f}')
    if spotters[0].model:
        heard = spotters[0].share('recognize')
        reach(f'{spotters[0].title}: everything but recognition costs no more than recognition', heard >= 0.5,
              f'{100 * (1 - heard):.0f}% to {100 * heard:.0f}%')
    for row in spotters:
        reach(f'{row.title}: less than {MAX_WORKER_MB} MB per worker', row.peak_mb < MAX_WORKER_MB,
              f'{row.peak_mb:.0f} MB')


def print_answer(rows, rounds, truth):
    calls, seconds = len(rounds[0]), sum(call.seconds for calls in rounds for call in calls)
    print(f'{calls} English calls, {seconds / 60:.1f} minutes of audio in {len(rounds)} rounds, '
          f'{len(truth)} verdicts of which {sum(truth.values())} are hits')
    print_table(rows, truth)
    if not any(row.model for row in rows):
        print(f'note: no telephone-band model in {MODELS}: its keyphrase row is left out')
    for row in rows:
        if not row.steady:
            print(f'note: {row.title}: verdicts differ between rounds')
    print_reaches(rows, truth)


def main():
    try:
        minutes = float(os.environ.get('BENCH_MINUTES') or 20)
    except ValueError:
        stop('BENCH_MINUTES is no number')
    if not 0 < minutes <= 1440:
        stop('BENCH_MINUTES must be above 0 and at most 1440')
    calls, rules, rows = english_calls(), agent_rules(), make_rows()
    with tempfile.TemporaryDirectory(prefix='callaudit-bench-') as name:
        temp = Path(name)
        shutil.copy2(PROGRAM, temp)     # so that a build meanwhile does not change what is measured
        measure_calls(calls, temp)
        rounds = plan_rounds(calls, minutes)
        run_rounds(rows, rounds, rules, temp)
    print_answer(rows, rounds, load_truth(rounds[0]))


if __name__ == '__main__':
    main()
