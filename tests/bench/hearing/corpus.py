#!/usr/bin/python3
"""The labelled speech of the hearing benchmark: calls of two speakers, of which everything said is known.

    corpus.py OUT --part train|dev|test --condition NAME[,NAME...] [--calls N]   makes what is not there yet
    corpus.py --check          verifies the texts: no speech, no numpy
    corpus.py --write-rules    makes the rule files (courtesy, forbidden, held) of phrases.txt

Texts: phrases.txt (target phrases and near-misses), sentences.txt (what stands around them, by part).
The parts share the phrases, and nothing else: sentences and speakers (base voices) are disjoint. Some phrases
("held") and some near-misses (~) are said in test only. Choose by train, stop by dev, quote test.

    train   flite kal16, festival kal_diphone (the same speaker), ked_diphone, espeak-ng en-us variants
    dev     flite awb, espeak-ng en-gb variants
    test    flite rms, flite slt, festival cmu_us_slt_arctic_hts (slt again)

A voice is a base at another vocal tract length (resampled, -8 to +20 %), tempo and pitch; one agent is one voice.
Agents speak left, customers right. Customers say target phrases too, which must not count for rules of the agent.

Conditions (300-3400 Hz always; SNR = active speech RMS over noise RMS within that band, of each side; pink noise
unless named; active speech at -20 dBFS RMS unless named):
    mulaw20 mulaw15 pink12 pink8, babble15 babble12 babble8 (eight others of the part talk), hum15 hum12 hum8
    (50 Hz and harmonics): G.711 mu-law in WAV; the number is the SNR
    alaw gsm opus mp3    codecs at 20 dB: G.711 A-law; each side through GSM 6.10, kept as PCM; Opus and MP3 with
                         12 and 16 kbit/s a side
    gsmmono              both sides mixed, GSM 6.10 in WAV: nobody knows who spoke
    quiet loud           mu-law at -36 and -6 dBFS (which clips), 20 dB
    mono                 both sides mixed, mu-law, 20 dB

OUT/tts holds what the voices said by hash, OUT/dry the calls without line and noise, OUT/PART/CONDITION the
recordings with a callaudit.yaml (AGENT_STARTED_CALL.wav), and OUT/PART the truth:
    truth.csv   call,start_ms,end_ms,speaker,rule_id,kind,text,set,held    kind: phrase or near
    lines.csv   call,start_ms,end_ms,speaker,text                          every sentence spoken
    calls.csv   call,agent_voice,customer_voice,seconds
They list every call with dry speech: look only at the calls that a condition's folder holds. Times are those of the
synthesizer's own segments where it tells them (flite, festival), else shared out by the number of sounds in a
sentence; a phrase is where it is said to be within a few hundred ms.

texts.py, plan.py, speech.py and telephone.py make it in this order, check.py verifies it.

The same packages give the same bytes. Needs Debian's python3-numpy flite festival festvox-kallpc16k
festvox-kdlpc16k festvox-us-slt-hts espeak-ng sox libsox-fmt-mp3 lame opus-tools: make deps-hearing. Two processes
at a time.
"""
import argparse
import csv
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True      # nothing is left beside the sources

from check import check
from plan import PARTS, Plan
from speech import Dry, unfinished
from telephone import BABBLE_CALLS, CONDITIONS, Telephone
from texts import DICTIONARY, HERE, RULE_FILES, Texts, rule_file, stop

MODELS = Path(os.environ.get('BENCH_MODELS', HERE.parents[2] / '../shared/models')).resolve()
JOBS = 2


def write_csv(path, head, rows):
    part = unfinished(path)
    with open(part, 'w', newline='') as file:
        table = csv.writer(file, lineterminator='\n')
        table.writerow(head.split(','))
        table.writerows(rows)
    part.rename(path)


def write_truth(folder, dry, texts, calls):
    of = {phrase.id: phrase for phrase in texts.phrases}
    truth, lines, about = [], [], []
    for call in calls:
        told = dry.told(call)
        if not told:
            continue
        truth += [[call.id, *row, of[row[3]].set, int(of[row[3]].held)] for row in told['truth']]
        lines += [[call.id, *row[:4]] for row in told['lines']]
        about.append([call.id, call.agent.name, call.customer.name, told['seconds']])
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / 'truth.csv', 'call,start_ms,end_ms,speaker,rule_id,kind,text,set,held', truth)
    write_csv(folder / 'lines.csv', 'call,start_ms,end_ms,speaker,text', lines)
    write_csv(folder / 'calls.csv', 'call,agent_voice,customer_voice,seconds', about)


def write_config(folder, part, mono):
    rules = [str(HERE / f'rules-{name}.yaml') for name in RULE_FILES if part == 'test' or name != 'held']
    lines = ['# To try the program on this condition; `callaudit run --config` this file, then the folder.',
             'database: callaudit.db',
             f'rules: {json.dumps(rules)}',
             "intake: {filename: '(?<agent>[^_]+)_(?<started>\\d{8}T\\d{6})_(?<call_id>[^.]+)\\.', settle: 0ms}",
             f'channels: {{agent: {"mono" if mono else "left"}}}']
    if (MODELS / 'en-us-8khz').is_dir():
        lines.append(f'models: {{en-US: "{MODELS / "en-us-8khz"}"}}')
    (folder / 'callaudit.yaml').write_text('\n'.join(lines) + '\n')


def build(out, texts, part, names, limit):
    plan = Plan(texts, part)
    dry = Dry(out, texts)
    calls = plan.calls[:limit]
    needed = plan.calls[:max(len(calls), BABBLE_CALLS)] if any(
        CONDITIONS[name].noise == 'babble' for name in names) else calls
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(dry.make, needed))
        write_truth(out / part, dry, texts, plan.calls)
        for name in names:
            folder = out / part / name
            folder.mkdir(parents=True, exist_ok=True)
            write_config(folder, part, CONDITIONS[name].mono)
            telephone = Telephone(dry, plan, name)
            list(pool.map(lambda call, by=telephone, to=folder: by.render(call, to), calls))
            print(f'{part} {name}: {len(calls)} calls', flush=True)


def main():
    parser = argparse.ArgumentParser(description='The labelled speech of the hearing benchmark.')
    parser.add_argument('out', nargs='?', type=Path)
    parser.add_argument('--part', choices=PARTS)
    parser.add_argument('--condition', default='mulaw20')
    parser.add_argument('--calls', type=int)
    parser.add_argument('--check', action='store_true')
    parser.add_argument('--write-rules', action='store_true')
    options = parser.parse_args()
    if not DICTIONARY.exists():
        stop(f'no {DICTIONARY} (package pocketsphinx-en-us)')
    texts = Texts()
    if options.write_rules:
        for name in RULE_FILES:
            (HERE / f'rules-{name}.yaml').write_text(rule_file(texts, name))
        return 0
    if options.check:
        return check(texts)
    if not options.out or not options.part:
        parser.error('OUT and --part are needed')
    names = options.condition.split(',')
    unknown = [name for name in names if name not in CONDITIONS]
    if unknown:
        parser.error(f'no condition {unknown[0]}; there are {" ".join(CONDITIONS)}')
    build(options.out.resolve(), texts, options.part, names, options.calls)
    return 0


if __name__ == '__main__':
    sys.exit(main())
