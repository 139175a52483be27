#!/usr/bin/python3
"""Fits the numbers of models/hearing.yaml on the train part of the corpus and sets the cuts on its dev part.

    train.py CORPUS [--out FILE]    CORPUS as corpus.py made it; FILE is models/hearing.yaml by default

For each English model the detections of the train part (TRAIN below) are told right or wrong by the truth, and a
logistic regression of that on margin, ln phones, phone_ms and snr (include/callaudit/calibration.h) is fitted by
Newton's method with a faint ridge. Mandarin has no synthetic voice that its model understands, so its entry keeps
HEARING's slope and boundary. The cuts are those of the decisions (call, rule) of the dev part at 15 dB:

    accept  the least cut from .5 on whose hits are right in 97 of 100; where that would cost more than a tenth of the
            best F1, the cut of the best F1 instead, and the note in the file says so
    doubt   the least one from .15 on that leaves at most 10 % of the decisions unsure

The corpus says a near-miss for every phrase; what is heard of it counts NEAR_WEIGHT, as if a desk said one for
every five, since a probability is one only for speech like that it was fitted on. Nothing of the test part is looked at. What bench.py measured there is carried over as `promise` by bench.py itself.
"""
import argparse
import math
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from heard import ROOT, is_near, is_said, listen, load_calls, rivals, wordings
from texts import HERE, stop

MODELS = Path(os.environ.get('BENCH_MODELS', HERE.parents[2] / '../shared/models')).resolve()
TRAIN = ('mulaw20', 'pink12')
DEV = ('mulaw15',)
MIN_PRECISION, MAX_UNSURE, MAX_LOSS = 0.97, 0.10, 0.9
NEAR_WEIGHT = 0.2
CERTAIN_MARGIN, UNHURRIED_PHONE_MS, CLEAR_SNR_DB = 110, 65, 15
NAMES = ('intercept', 'margin', 'phones', 'phone_ms', 'snr')


def evidence(line):
    """The row of a detection; as ca_calibrate of src/stage/calibration.c has it."""
    return (1.0, min(line.margin, CERTAIN_MARGIN), math.log(line.phones),
            min((line.end_ms - line.start_ms) / line.phones, UNHURRIED_PHONE_MS), min(line.snr, CLEAR_SNR_DB))


def probability(weights, row):
    return 1 / (1 + math.exp(-max(-50, min(50, sum(w * x for w, x in zip(weights, row))))))


def solve(matrix, vector):
    """Gaussian elimination with partial pivoting."""
    n = len(vector)
    rows = [list(row) + [value] for row, value in zip(matrix, vector)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    out = [0.0] * n
    for i in reversed(range(n)):
        out[i] = (rows[i][n] - sum(rows[i][j] * out[j] for j in range(i + 1, n))) / rows[i][i]
    return out


def fit(rows, right, counts):
    """Weights of the logistic regression; the columns are scaled so that one ridge fits all."""
    n = len(rows[0])
    scale = [max(abs(row[i]) for row in rows) or 1 for i in range(n)]
    data = [[x / s for x, s in zip(row, scale)] for row in rows]
    weights = [0.0] * n
    for _ in range(40):
        gradient = [-1e-3 * w for w in weights]
        hessian = [[1e-3 if i == j else 0.0 for j in range(n)] for i in range(n)]
        for row, label, count in zip(data, right, counts):
            p = probability(weights, row)
            for i in range(n):
                gradient[i] += count * (label - p) * row[i]
                for j in range(n):
                    hessian[i][j] += count * p * (1 - p) * row[i] * row[j]
        weights = [w + d for w, d in zip(weights, solve(hessian, gradient))]
    return [w / s for w, s in zip(weights, scale)]


def hear(corpus, part, conditions, model):
    calls = []
    for condition in conditions:
        print(f'{part} {condition}, {model.name if model else "Debian"}', file=sys.stderr, flush=True)
        these = load_calls(corpus, part, condition)
        listen(these, part, model)
        calls += these
    return calls


def decisions(calls, weights, part):
    """(probability of the best line, said, weight) of every (call, rule) of the agent, rivals taken away."""
    owner, beside = wordings(part), rivals(part)
    out = []
    for call in calls:
        best = dict.fromkeys(set(owner.values()), 0.0)
        lines = [(line, probability(weights, evidence(line))) for line in call.lines if line.speaker != 'customer']
        for line, p in lines:
            rule = owner.get(line.text)
            if rule and not any(beside.get(other.text) == rule and q > p and other.start_ms < line.end_ms and
                                line.start_ms < other.end_ms for other, q in lines):
                best[rule] = max(best[rule], p)
        said = {said.rule for said in call.said if said.speaker == 'agent'}
        near = {near.rule for near in call.near if near.speaker == 'agent'}
        out += [(p, rule in said, NEAR_WEIGHT if rule in near and rule not in said else 1)
                for rule, p in best.items()]
    return out


def choose_cuts(pairs):
    """(accept, doubt, note)."""
    total = sum(said for _, said, _ in pairs)
    figures = []
    for cut in (c / 100 for c in range(50, 99)):
        right = sum(said for p, said, _ in pairs if p >= cut)
        hits = sum(weight for p, _, weight in pairs if p >= cut)
        figures.append((2 * right / (hits + total), right / max(1, hits), cut))
    best = max(figures)
    sure = [f for f in figures if f[1] >= MIN_PRECISION and f[0] >= MAX_LOSS * best[0]]
    accept = min(f[2] for f in sure) if sure else best[2]
    note = (f'hits right {dict((f[2], f[1]) for f in figures)[accept]:.3f}, '
            f'F1 {dict((f[2], f[0]) for f in figures)[accept]:.3f} on dev at 15 dB')
    if not sure:
        note += f'; {MIN_PRECISION} would cost more than a tenth of F1'
    unsure = lambda cut: sum(cut <= p < accept for p, _, _ in pairs) / len(pairs)
    doubt = min(c / 100 for c in range(15, round(accept * 100) + 1) if unsure(c / 100) <= MAX_UNSURE)
    return accept, doubt, note


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('corpus', type=Path)
    parser.add_argument('--out', type=Path, default=ROOT / 'models/hearing.yaml')
    options = parser.parse_args()
    models = [(8000, MODELS / 'en-us-8khz')] if (MODELS / 'en-us-8khz/mdef').exists() else []
    if not models:
        stop(f'no {MODELS}/en-us-8khz: both models are trained together (BENCH_MODELS=DIR)')
    entries, pairs = [], []
    for rate, model in models + [(16000, None)]:
        owner = wordings('train')
        samples = [(evidence(line), is_said(call, line, owner[line.text]),
                    NEAR_WEIGHT if is_near(call, line, owner[line.text]) else 1)
                   for call in hear(options.corpus, 'train', TRAIN, model) for line in call.lines
                   if line.text in owner]
        weights = fit(*zip(*samples))
        entries.append((rate, weights, len(samples), sum(said for _, said, _ in samples)))
        pairs += decisions(hear(options.corpus, 'dev', DEV, model), weights, 'dev')
    accept, doubt, note = choose_cuts(pairs)
    text = ['# The frozen numbers of hearing, compiled into the program; include/callaudit/calibration.h says',
            '# what each is. Written by tests/bench/hearing/train.py, never by hand.',
            f'# {note}', f'accept: {accept:.2f}', f'doubt: {doubt:.2f}', 'min_snr: 10', 'models:']
    for rate, weights, count, right in entries:
        text += [f'  # {count} detections of the train part, {right} of them right',
                 '  - language: en-US', f'    sample_rate: {rate}',
                 *(f'    {name}: {value:.5g}' for name, value in zip(NAMES, weights))]
    text += ['  # not trained: slope and boundary of models/README.md', '  - language: zh-CN',
             '    sample_rate: 8000', '    intercept: -3.36', '    margin: 0.08']
    options.out.write_text('\n'.join(text) + '\n', encoding='utf-8')
    print(f'{options.out}: {note}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
