"""What callaudit hears in a condition of the corpus, beside what was said there."""
import csv
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from texts import HERE, RULE_FILES, stop

ROOT = HERE.parents[2]
PROGRAM = ROOT / 'build/release/callaudit'
JOBS = 2
NEAR_MS = 1000      # a detection this far from where a phrase stands is still it


@dataclass
class Said:
    """A target phrase that was said."""
    rule: str
    start_ms: int
    end_ms: int
    speaker: str


@dataclass
class Line:
    """A wording that was heard."""
    text: str
    speaker: str
    start_ms: int
    end_ms: int
    confidence: float
    margin: float = 0.0
    phones: int = 0
    snr: float = 0.0


@dataclass
class Call:
    name: str
    path: Path
    seconds: float
    said: list = field(default_factory=list)
    near: list = field(default_factory=list)    # the near-misses, with the rule that they are near to
    lines: list = field(default_factory=list)


def expand(phrase):
    """Every wording of a phrase with (a|b) and [c], in lower case."""
    tokens, place = re.findall(r'[()\[\]|]|[^()\[\]|]+', phrase.lower()), 0

    def alternatives():
        nonlocal place
        done, row = [], ['']
        while place < len(tokens) and tokens[place] not in ')]':
            token = tokens[place]
            place += 1
            if token == '|':
                done, row = done + row, ['']
            elif token in '([':
                inner = alternatives() + ([''] if token == '[' else [])
                place += 1
                row = [left + right for left in row for right in inner]
            else:
                row = [left + token for left in row]
        return done + row
    return sorted({' '.join(wording.split()) for wording in alternatives()})


def rule_paths(part):
    return [HERE / f'rules-{name}.yaml' for name in RULE_FILES if part == 'test' or name != 'held']


def read_rules(part, key):
    """wording -> rule, of every rule's phrases or rivals; read line by line as corpus.py writes them."""
    owner, rule, listing = {}, '', False
    for path in rule_paths(part):
        for line in path.read_text(encoding='utf-8').splitlines():
            if match := re.fullmatch(r'  - id: (\S+)', line):
                rule = match[1]
            elif match := re.fullmatch(r'    (\w+):.*', line):
                listing = match[1] == key
                if listing and (inline := re.fullmatch(r'    \w+: \[(.*)\]', line)):
                    owner.update((wording, rule) for text in inline[1].split(', ') for wording in expand(text.strip('"')))
            elif listing and (match := re.fullmatch(r'      - "?(.*?)"?', line)):
                owner.update(dict.fromkeys(expand(match[1]), rule))
    return owner


def wordings(part):
    return read_rules(part, 'phrases')


def rivals(part):
    return read_rules(part, 'rivals')


def read_csv(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def load_calls(corpus, part, condition):
    folder = corpus / part / condition
    if not folder.is_dir():
        stop(f'no {folder}: corpus.py makes it')
    seconds = {row['call']: float(row['seconds']) for row in read_csv(corpus / part / 'calls.csv')}
    calls = {}
    for path in sorted(folder.iterdir()):
        name = path.stem.rsplit('_', 1)[-1]
        if name in seconds:
            calls[name] = Call(name, path, seconds[name])
    for row in read_csv(corpus / part / 'truth.csv'):
        if row['call'] in calls:
            those = calls[row['call']].said if row['kind'] == 'phrase' else calls[row['call']].near
            those.append(Said(row['rule_id'], int(row['start_ms']), int(row['end_ms']), row['speaker']))
    return list(calls.values())


def write_config(folder, part, model, database='hearing.db'):
    """As a desk would have it. model: an acoustic model's folder, None for Debian's own."""
    lines = [f'database: {database}', f'rules: {json.dumps([str(path) for path in rule_paths(part)])}',
             r"intake: {filename: '(?<agent>[^_]+)_(?<started>\d{8}T\d{6})_(?<call_id>[^.]+)\.', settle: 0s}",
             'channels: {agent: left}', 'hearing: {transcript: none}']
    if model:
        lines.append(f'models: {{en-US: {json.dumps(str(model))}}}')
    path = Path(folder) / 'callaudit.yaml'
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return path


def run(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, encoding='utf-8')
    if done.returncode != 0:
        stop(f'{" ".join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()[-300:]}')
    return done.stdout


def listen(calls, part, model):
    """Fills in the lines of each call, with the evidence that only a trace tells."""
    def one(call):
        trace = run([PROGRAM, 'explain', '--config', config, '--language', 'en-US', '--trace', call.path,
                     '--until', 'recognize'])
        heard = json.loads(trace[trace.index('{"stage": "recognize"'):])['call']
        snr = {channel['speaker']: channel['snr_db'] for channel in heard['channels']}
        for line in heard['lines']:
            words = heard['words'][line['first_word']:line['first_word'] + line['word_count']]
            call.lines.append(Line(' '.join(word['text'] for word in words), line['speaker'], line['start_ms'],
                                   line['end_ms'], line['confidence'], line['margin'], line['phones'],
                                   snr[line['speaker']]))
    with tempfile.TemporaryDirectory() as folder:
        config = write_config(folder, part, model)
        with ThreadPoolExecutor(JOBS) as pool:
            list(pool.map(one, calls))


def stands(those, line, rule):
    return any(said.rule == rule and line.speaker in (said.speaker, 'mixed') and
               line.start_ms < said.end_ms + NEAR_MS and said.start_ms < line.end_ms + NEAR_MS for said in those)


def is_said(call, line, rule):
    """Is the line right: was a phrase of that rule said there, by whoever is on that channel?"""
    return stands(call.said, line, rule)


def is_near(call, line, rule):
    """Is it a near-miss of that rule, taken for it?"""
    return not is_said(call, line, rule) and stands(call.near, line, rule)
