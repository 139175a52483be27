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

The same packages give the same bytes. Needs Debian's python3-numpy flite festival festvox-kallpc16k
festvox-kdlpc16k festvox-us-slt-hts espeak-ng sox libsox-fmt-mp3 lame opus-tools. Two processes at a time.
"""
import argparse
import csv
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MODELS = Path(os.environ.get('BENCH_MODELS', ROOT / '../shared/models')).resolve()
DICTIONARY = Path('/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict')
PARTS = ('train', 'dev', 'test')
SETS = {'courtesy': 'required', 'forbidden': 'forbidden'}
RATE = 8000             # of the calls
TTS_RATE = 16000        # of the cache
JOBS = 2
MAX_REDRAWS = 200       # of a line that would hold a phrase by accident

# How many calls a part has, and how often each phrase and as many near-misses of it are said by agents.
SIZE = {'train': (44, {'courtesy': 10, 'forbidden': 10}),
        'dev': (44, {'courtesy': 10, 'forbidden': 10}),
        'test': (72, {'courtesy': 14, 'forbidden': 11})}


def stop(message):
    sys.exit(f'corpus: {message}')


# ---- texts ----

@dataclass
class Near:
    text: str
    rival: bool = False         # the rule's author knows it
    test_only: bool = False


@dataclass
class Phrase:
    id: str
    set: str
    held: bool
    wordings: list              # as in the rule
    spoken: list = field(default_factory=list)
    nears: list = field(default_factory=list)

    def nears_in(self, part):
        return [near.text for near in self.nears if part == 'test' or not near.test_only]


def expand(wording):
    """Everything that a wording with (a|b) and [x] can stand for."""
    pieces = re.findall(r'\(([^)]*)\)|\[([^]]*)\]|([^(\[]+)', wording)
    choices = [either.split('|') if either else ['', maybe] if maybe else [plain] for either, maybe, plain in pieces]
    return [' '.join(' '.join(one).split()) for one in product(*choices)]


def read_phrases():
    phrases = []
    for number, line in enumerate((HERE / 'phrases.txt').read_text().splitlines(), 1):
        if not line.strip() or line.startswith('#'):
            continue
        if line[0] in '-*~':
            phrases[-1].nears.append(Near(line[1:].strip(), line[0] == '*', line[0] == '~'))
            continue
        columns = [column.strip() for column in line.split('|', 3)]
        if len(columns) != 4 or columns[1] not in SETS or columns[2] not in ('all', 'held'):
            stop(f'phrases.txt:{number}: expected id | courtesy or forbidden | all or held | wordings')
        wordings = [wording.strip() for wording in columns[3].split(';')]
        phrases.append(Phrase(columns[0], columns[1], columns[2] == 'held', wordings,
                              [text for wording in wordings for text in expand(wording)]))
    return phrases


def read_sentences():
    """{(part, kind): [template]} and the slots."""
    sentences, slots, here = {}, {}, None
    for line in (HERE / 'sentences.txt').read_text().splitlines():
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        if line.startswith('['):
            here = tuple(line.strip('[]').split())
        elif here == ('slots',):
            name, words = line.split(':')
            slots[name] = [word.strip() for word in words.split(',')]
        else:
            sentences.setdefault(here, []).append(line)
    return sentences, slots


def read_dictionary():
    """{word: [sounds of each pronunciation]}, the usual one first."""
    words = {}
    for line in DICTIONARY.read_text().splitlines():
        word, *sounds = line.split()
        words.setdefault(re.sub(r'\(\d+\)$', '', word), []).append(sounds)
    return words


class Texts:
    def __init__(self):
        self.phrases = read_phrases()
        self.sentences, self.slots = read_sentences()
        self.dictionary = read_dictionary()
        self.targets = [(phrase, text, self.sounds(text)) for phrase in self.phrases for text in phrase.spoken]

    def of_part(self, part):
        return [phrase for phrase in self.phrases if part == 'test' or not phrase.held]

    def sounds(self, text):
        """As one string ' TH AE NG K ', in the usual pronunciation: a phrase is also held where it only sounds so."""
        return ' ' + ' '.join(' '.join(self.dictionary.get(word, [['?']])[0]) for word in text.split()) + ' '

    def count_sounds(self, text):
        return len(self.sounds(text).split())

    def held_in(self, text):
        """The phrases that stand in a text, in letters or in sounds: {id: longest wording}."""
        letters, sounds, found = f' {text} ', self.sounds(text), {}
        for phrase, wording, its_sounds in self.targets:
            if f' {wording} ' in letters or its_sounds in sounds:
                found[phrase.id] = max(found.get(phrase.id, ''), wording, key=len)
        return found

    def fill(self, template, draw):
        return re.sub(r'\{(\w+)\}', lambda match: draw.choice(self.slots[match[1]]), template)


# ---- rule files ----

RULE_FILES = ('courtesy', 'forbidden', 'held')     # the phrases held for test stand apart: train and dev know no word


def rule_file(texts, name):
    lines = [f'# Made from phrases.txt by corpus.py --write-rules: the {name} phrases of the hearing benchmark.',
             f'ruleset: hearing-{name}', 'language: en-US', 'rules:']
    for phrase in texts.phrases:
        if ('held' if phrase.held else phrase.set) != name:
            continue
        lines += [f'  - id: {phrase.id}', f'    title: Says "{phrase.spoken[0]}"',
                  f'    dimension: {"courtesy" if phrase.set == "courtesy" else "compliance"}',
                  f'    kind: {SETS[phrase.set]}', '    who: agent', '    phrases:',
                  *(f'      - "{wording}"' for wording in phrase.wordings)]
        rivals = [near.text for near in phrase.nears if near.rival]
        if rivals:
            lines.append(f'    rivals: [{", ".join(rivals)}]')
        lines.append('    weight: 5')
    return '\n'.join(lines) + '\n'


# ---- voices ----

@dataclass(frozen=True)
class Voice:
    name: str
    engine: str         # flite, festival or espeak
    base: str
    speed: float        # resampling: pitch and vocal tract length together
    tempo: float
    pitch: float = 0    # Hz of the diphone voices, factor of flite's awb and slt, 0-99 of espeak-ng; 0: its own
    customer: bool = False      # too unlike people to be an agent


VOICES = {
    'train': [
        Voice('kal1', 'flite', 'kal16', 1.00, 1.00), Voice('kal2', 'flite', 'kal16', 0.93, 0.96),
        Voice('kal3', 'flite', 'kal16', 1.07, 1.12, 120), Voice('kal4', 'flite', 'kal16', 1.17, 1.05, 165),
        Voice('kal5', 'festival', 'kal_diphone', 0.97, 1.08), Voice('kal6', 'festival', 'kal_diphone', 1.19, 1.00, 160),
        Voice('ked1', 'festival', 'ked_diphone', 1.00, 1.05), Voice('ked2', 'festival', 'ked_diphone', 0.94, 1.15),
        Voice('ked3', 'festival', 'ked_diphone', 1.10, 0.95, 130),
        Voice('ked4', 'festival', 'ked_diphone', 1.18, 1.10, 170),
        Voice('eus1', 'espeak', 'en-us+m3', 1.00, 1.00), Voice('eus2', 'espeak', 'en-us+f2', 1.00, 1.00, 0, True),
        Voice('eus3', 'espeak', 'en-us+Andy', 0.97, 1.03), Voice('eus4', 'espeak', 'en-us+steph', 1.04, 1.05, 0, True)],
    'dev': [
        Voice('awb1', 'flite', 'awb', 1.00, 1.00), Voice('awb2', 'flite', 'awb', 0.94, 1.08, 0.95),
        Voice('awb3', 'flite', 'awb', 1.06, 0.95), Voice('awb4', 'flite', 'awb', 1.12, 1.12, 1.15),
        Voice('awb5', 'flite', 'awb', 1.17, 1.03, 1.4), Voice('awb6', 'flite', 'awb', 0.98, 1.18),
        Voice('egb1', 'espeak', 'en-gb+m1', 1.00, 1.00), Voice('egb2', 'espeak', 'en-gb+f3', 1.00, 0.97),
        Voice('egb3', 'espeak', 'en-gb+john', 1.03, 1.05, 0, True), Voice('egb4', 'espeak', 'en-gb+Annie', 0.98, 1.00, 0, True)],
    'test': [
        Voice('rms1', 'flite', 'rms', 1.00, 1.00), Voice('rms2', 'flite', 'rms', 0.94, 1.06),
        Voice('rms3', 'flite', 'rms', 1.05, 1.15), Voice('rms4', 'flite', 'rms', 1.11, 0.94),
        Voice('rms5', 'flite', 'rms', 1.16, 1.06), Voice('rms6', 'flite', 'rms', 0.98, 1.22),
        Voice('slt1', 'flite', 'slt', 1.00, 1.00), Voice('slt2', 'flite', 'slt', 0.93, 1.04, 0.95),
        Voice('slt3', 'flite', 'slt', 1.04, 1.12), Voice('slt4', 'flite', 'slt', 0.97, 1.20, 1.05),
        Voice('hts1', 'festival', 'cmu_us_slt_arctic_hts', 1.00, 1.00),
        Voice('hts2', 'festival', 'cmu_us_slt_arctic_hts', 0.94, 1.10),
        Voice('hts3', 'festival', 'cmu_us_slt_arctic_hts', 1.03, 0.95),
        Voice('hts4', 'festival', 'cmu_us_slt_arctic_hts', 0.98, 1.20)],
}
SPEAKER = {'kal16': 'kal', 'kal_diphone': 'kal', 'cmu_us_slt_arctic_hts': 'slt'}   # others: the base itself


# ---- what is said ----

ASKING = ('how', 'what', 'may', 'is', 'could', 'would', 'does', 'can', 'are', 'why', 'who')


@dataclass
class Line:
    speaker: str
    text: str           # words only
    commas: tuple       # after which words the voice pauses
    items: list         # [(first word, number of words, rule_id, kind, text)]

    def for_voice(self):
        words = self.text.split()
        said = ' '.join(word + (',' if index in self.commas else '') for index, word in enumerate(words))
        asks = words[0] in ASKING or words[:2] == ['have', 'you']
        return said + ('?' if asks else '.')


@dataclass
class Call:
    part: str
    id: str
    agent: Voice
    customer: Voice
    turns: list         # of lists of lines

    def digest(self):
        said = [line.for_voice() for turn in self.turns for line in turn]
        return hashlib.sha256(repr((self, said, RATE, TTS_RATE)).encode()).hexdigest()

    def file_name(self):
        number = int(re.sub(r'\D', '', self.id))
        return f'{self.agent.name}_202610{number // 24 + 1:02}T{number % 24:02}0000_{self.id}'


class Plan:
    """Deals phrases and near-misses to the calls of a part, and puts sentences around them."""

    def __init__(self, texts, part):
        self.texts, self.part = texts, part
        self.draw = random.Random(f'callaudit hearing {part}')
        self.fresh = {}
        count, each = SIZE[part]
        said = [[] for _ in range(count)]
        near = [[] for _ in range(count)]
        for phrase in self.shuffled(texts.of_part(part)):
            times = each[phrase.set]
            self.deal(said, [(phrase, 'phrase', text) for text in self.cycle(phrase.spoken, times)])
            self.deal(near, [(phrase, 'near', text) for text in self.cycle(phrase.nears_in(part), times)])
        self.calls = [self.call(number, said[number] + near[number]) for number in range(count)]

    def shuffled(self, items):
        return self.draw.sample(list(items), len(items))

    def cycle(self, items, times):
        order = self.shuffled(items)
        return [order[index % len(order)] for index in range(times)]

    def deal(self, hands, cards):
        """To the calls that have least, one card a call."""
        order = sorted(range(len(hands)), key=lambda hand: (len(hands[hand]), self.draw.random()))
        for hand, card in zip(order, cards):
            hands[hand].append(card)

    def sentence(self, kind):
        """Every template is used before one comes again."""
        if not self.fresh.get(kind):
            self.fresh[kind] = self.shuffled(self.texts.sentences[self.part, kind])
        return self.texts.fill(self.fresh[kind].pop(), self.draw)

    def plain(self, speaker):
        for _ in range(MAX_REDRAWS):
            text = self.sentence(speaker)
            if not self.texts.held_in(text):
                return Line(speaker, text, (), [])
        stop(f'{self.part}: no {speaker} sentence without a phrase')

    def carrier(self, speaker, card):
        """A phrase or near-miss alone, at the start, in the middle or at the end of a sentence."""
        phrase, kind, text = card
        wanted = {phrase.id: text} if kind == 'phrase' else {}
        for _ in range(MAX_REDRAWS):
            before, after = self.draw.choice([(0, 0), (0, 1), (1, 1), (1, 0)])
            words = self.sentence('before').split() if before else []
            tail = self.sentence('after').split() if after else []
            first, length = len(words), len(text.split())
            commas = [index for index, used in ((first - 1, before), (first + length - 1, after))
                      if used and self.draw.random() < 0.5]
            whole = ' '.join([*words, text, *tail])
            if self.texts.held_in(whole) == wanted:
                return Line(speaker, whole, tuple(commas), [(first, length, phrase.id, kind, text)])
        stop(f'{self.part}: no sentence for {text!r}')

    def call(self, number, cards):
        part = self.part
        voices = VOICES[part]
        agents = [voice for voice in voices if not voice.customer]
        agent = agents[number % len(agents)]
        speaker = SPEAKER.get(agent.base, agent.base)
        customer = self.draw.choice([voice for voice in voices if SPEAKER.get(voice.base, voice.base) != speaker])
        agent_lines = [self.carrier('agent', card) for card in cards] + [self.plain('agent') for _ in range(4)]
        customer_lines = [self.plain('customer') for _ in range(self.draw.randint(6, 8))]
        phrase = self.draw.choice(self.texts.of_part(part))
        if self.draw.random() < 0.7:
            customer_lines.append(self.carrier('customer', (phrase, 'phrase', self.draw.choice(phrase.spoken))))
        if self.draw.random() < 0.4:
            phrase = self.draw.choice(self.texts.of_part(part))
            customer_lines.append(self.carrier('customer', (phrase, 'near', self.draw.choice(phrase.nears_in(part)))))
        turns = self.turns(self.shuffled(agent_lines), self.shuffled(customer_lines))
        return Call(part, f'{part}{number + 1:03}', agent, customer, turns)

    def turns(self, agent_lines, customer_lines):
        """Agent and customer by turns; two sentences of a turn never make a phrase together."""
        cuts = sorted(self.draw.sample(range(1, len(agent_lines)), len(customer_lines) - 1))
        turns, begin = [], 0
        for cut, answer in zip([*cuts, len(agent_lines)], customer_lines):
            turn = agent_lines[begin:cut]
            begin = cut
            found = self.texts.held_in(' '.join(line.text for line in turn))
            if set(found) != {item[2] for line in turn for item in line.items if item[3] == 'phrase'}:
                turns += [[line] for line in turn] + [[answer]]
            else:
                turns += [turn, [answer]]
        return turns


# ---- speech ----

def run(command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode:
        stop(f'{" ".join(map(str, command))[:200]}: exit {done.returncode}: '
             + done.stderr.decode(errors='replace').strip()[-300:])
    return done.stdout


class Speech:
    """What a voice's base says, trimmed, with the times of its words. Cached by content."""

    def __init__(self, out, texts):
        self.folder, self.texts = out / 'tts', texts
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, voice, said):
        key = hashlib.sha256(f'{voice.engine}|{voice.base}|{voice.pitch}|{said}'.encode()).hexdigest()[:32]
        return self.folder / key[:2] / f'{key}.npz'

    def say_all(self, voice, lines):
        """[(samples at TTS_RATE, [(start, end)] of each word in seconds)]"""
        import numpy
        missing = {line.for_voice(): line for line in lines if not self.path(voice, line.for_voice()).exists()}
        if missing:
            with tempfile.TemporaryDirectory() as folder:
                spoken = {'flite': self.flite, 'festival': self.festival,
                          'espeak': self.espeak}[voice.engine](voice, list(missing), Path(folder))
                for (said, line), (file, marks) in zip(missing.items(), spoken):
                    self.keep(voice, said, line, file, marks)
        results = []
        for line in lines:
            with numpy.load(self.path(voice, line.for_voice())) as kept:
                results.append((kept['samples'], kept['words'].tolist()))
        return results

    def flite(self, voice, texts, folder):
        settings = []
        if voice.pitch:
            settings = ['--setf', f'{"int_f0_target_mean" if voice.base == "kal16" else "f0_shift"}={voice.pitch}']
        for number, text in enumerate(texts):
            file = folder / f'{number}.wav'
            told = run(['flite', '-voice', voice.base, *settings, '-psdur', '-t', text, '-o', file]).decode()
            ends = [(name, float(end)) for name, end in (piece.split(':') for piece in told.split())]
            starts = [0.0] + [end for _, end in ends[:-1]]
            yield file, ('sounds', [(start, end) for (name, end), start in zip(ends, starts) if name != 'pau'])

    def festival(self, voice, texts, folder):
        script = [f'(voice_{voice.base})']
        if voice.pitch:
            script.append(f"(set! int_lr_params '((target_f0_mean {voice.pitch}) (target_f0_std 14)"
                          ' (model_f0_mean 170) (model_f0_std 34)))')
        for number, text in enumerate(texts):
            script += [f'(set! u (utt.synth (Utterance Text "{text}")))',
                       f'(utt.save.wave u "{folder}/{number}.wav")',
                       '(mapcar (lambda (w) (format t "%s %f %f\\n" (item.name w) (item.feat w "word_start")'
                       " (item.feat w \"word_end\"))) (utt.relation.items u 'Word))", '(format t "--\\n")']
        (folder / 'say.scm').write_text('\n'.join(script) + '\n')
        told = run(['festival', '-b', folder / 'say.scm']).decode().split('--\n')
        for number, _ in enumerate(texts):
            words = [line.split() for line in told[number].splitlines()]
            yield folder / f'{number}.wav', ('words', [(float(start), float(end)) for _, start, end in words])

    def espeak(self, voice, texts, folder):
        for number, text in enumerate(texts):
            file = folder / f'{number}.wav'
            run(['espeak-ng', '-v', voice.base, *(['-p', int(voice.pitch)] if voice.pitch else []), '-s', 165,
                 '-w', file, text])
            yield file, ('none', [])

    def keep(self, voice, said, line, file, marks):
        import numpy
        raw = run(['sox', '-D', file, '-t', 'raw', '-r', TTS_RATE, '-c', 1, '-e', 'signed', '-b', 16, '-'])
        samples = numpy.frombuffer(raw, '<i2').astype(numpy.float64)
        first, last = speech_span(samples, TTS_RATE)
        if last - first < TTS_RATE // 5:
            stop(f'{voice.name} says nothing for {said!r}')
        words = self.word_times(line.text.split(), marks, first / TTS_RATE, last / TTS_RATE)
        path = self.path(voice, said)
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f'{path.stem}.part.npz')
        numpy.savez(part, samples=samples[first:last].astype('<i2'), words=numpy.array(words))
        part.rename(path)

    def word_times(self, words, marks, first, last):
        kind, spans = marks
        if kind == 'words' and len(spans) == len(words):
            return [(max(0, start - first), min(end, last) - first) for start, end in spans]
        counts = [self.texts.count_sounds(word) for word in words]
        edges, total = [0], sum(counts)
        for count in counts:
            edges.append(edges[-1] + count / total)
        if kind != 'sounds':
            spans = [(first, last)]

        def at(share, end):
            """The time of a share of all sounds; a pause between two belongs to neither."""
            place = share * len(spans)
            index = min(int(place - 1e-6 if end else place + 1e-6), len(spans) - 1)
            start, stop_ = spans[index]
            return min(max(start + (place - index) * (stop_ - start), first), last) - first

        return [(at(begin, False), at(end, True)) for begin, end in zip(edges, edges[1:])]


def speech_span(samples, rate):
    """From where to where it is louder than 40 dB below its loudest 10 ms."""
    import numpy
    step = rate // 100
    frames = samples[:len(samples) // step * step].reshape(-1, step)
    power = (frames ** 2).mean(axis=1)
    loud = numpy.flatnonzero(power > power.max() * 1e-4)
    return max(0, (loud[0] - 2) * step), min(len(samples), (loud[-1] + 3) * step)


def active_rms(samples, rate=RATE):
    """RMS of the 20 ms frames within 25 dB of the mean of all that are not silent (after ITU-T P.56 in spirit)."""
    import numpy
    step = rate // 50
    power = (samples[:len(samples) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    power = power[power > power.max() * 1e-5]
    return float(numpy.sqrt(power[power > power.mean() * 10 ** -2.5].mean()))


class Dry:
    """Calls without line and noise: two int16 channels, and where everything was said."""

    def __init__(self, out, texts):
        self.folder, self.speech = out / 'dry', Speech(out, texts)
        self.folder.mkdir(parents=True, exist_ok=True)

    def paths(self, call):
        return self.folder / f'{call.id}.npy', self.folder / f'{call.id}.json'

    def told(self, call):
        try:
            told = json.loads(self.paths(call)[1].read_text())
        except FileNotFoundError:
            return None
        return told if told['digest'] == call.digest() else None

    def shaped(self, voice, lines):
        """The lines in a voice: its base's speech, resampled and stretched in one go, cut apart again."""
        import numpy
        spoken = self.speech.say_all(voice, lines)
        gap = numpy.zeros(TTS_RATE // 4)
        pieces, starts, at = [gap], [], len(gap)
        for samples, _ in spoken:
            level = active_rms(samples.astype(numpy.float64), TTS_RATE)
            pieces += [samples * (2000 / level), gap]
            starts.append(at)
            at += len(samples) + len(gap)
        raw = numpy.concatenate(pieces).clip(-32767, 32767).astype('<i2').tobytes()
        shaped = run(['sox', '-D', '-t', 'raw', '-r', TTS_RATE, '-c', 1, '-e', 'signed', '-b', 16, '-', '-t', 'raw',
                      '-r', RATE, '-', 'speed', voice.speed, 'tempo', '-s', f'{voice.tempo / voice.speed:.6f}',
                      'rate', '-h', RATE], input=raw)
        shaped = numpy.frombuffer(shaped, '<i2').astype(numpy.float64)
        scale = len(shaped) / at
        results = []
        for start, (samples, words) in zip(starts, spoken):
            first, last = int((start - len(gap) // 4) * scale), int((start + len(samples) + len(gap) // 4) * scale)
            lead = start * scale - first
            seconds = scale * TTS_RATE / RATE
            results.append((shaped[first:last], lead / RATE, len(samples) * scale / RATE,
                            [(begin * seconds, end * seconds) for begin, end in words]))
        return results

    def make(self, call):
        import numpy
        if self.told(call):
            return
        draw = random.Random(f'callaudit hearing times {call.id}')
        lines = [line for turn in call.turns for line in turn]
        sides = {}
        for speaker, voice in (('agent', call.agent), ('customer', call.customer)):
            own = [line for line in lines if line.speaker == speaker]
            sides[speaker] = iter(self.shaped(voice, own))
        at, placed = 0.6, []
        for turn in call.turns:
            for line in turn:
                samples, lead, seconds, words = next(sides[line.speaker])
                placed.append((line, at, seconds, words, (samples * 10 ** (draw.uniform(-2, 2) / 20), at - lead)))
                at += seconds + draw.uniform(0.25, 0.6)
            at += draw.uniform(0.1, 0.7)
        sound = numpy.zeros((2, int((at + 0.5) * RATE)))
        for line, _, _, _, (samples, start) in placed:
            begin = int(start * RATE)
            sound[0 if line.speaker == 'agent' else 1, begin:begin + len(samples)] += samples
        self.write(call, sound, placed)

    def write(self, call, sound, placed):
        import numpy
        told = {'digest': call.digest(), 'seconds': round(sound.shape[1] / RATE, 3), 'lines': [], 'truth': []}
        for line, at, seconds, words, _ in placed:
            told['lines'].append([round(at * 1000), round((at + seconds) * 1000), line.speaker, line.text,
                                  bool(line.items)])
            for first, count, rule, kind, text in line.items:
                told['truth'].append([round((at + words[first][0]) * 1000),
                                      round((at + words[first + count - 1][1]) * 1000), line.speaker, rule, kind,
                                      text])
        samples, story = self.paths(call)
        part = samples.with_suffix('.part.npy')
        numpy.save(part, sound.clip(-32767, 32767).astype('<i2'))
        part.rename(samples)
        story.write_text(json.dumps(told))

    def load(self, call):
        import numpy
        return numpy.load(self.paths(call)[0]).astype(numpy.float64)


def write_csv(path, head, rows):
    part = path.with_suffix('.part')
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


# ---- lines and noise ----

@dataclass(frozen=True)
class Condition:
    snr: float = 20
    noise: str = 'pink'
    codec: str = 'mulaw'
    level: float = -20      # dBFS, RMS of active speech
    mono: bool = False


CONDITIONS = {
    'mulaw20': Condition(), 'mulaw15': Condition(15), 'pink12': Condition(12), 'pink8': Condition(8),
    'babble15': Condition(15, 'babble'), 'babble12': Condition(12, 'babble'), 'babble8': Condition(8, 'babble'),
    'hum15': Condition(15, 'hum'), 'hum12': Condition(12, 'hum'), 'hum8': Condition(8, 'hum'),
    'alaw': Condition(codec='alaw'), 'gsm': Condition(codec='gsm'), 'opus': Condition(codec='opus'),
    'mp3': Condition(codec='mp3'), 'gsmmono': Condition(codec='gsmwav', mono=True),
    'quiet': Condition(level=-36), 'loud': Condition(level=-6), 'mono': Condition(mono=True),
}
SUFFIX = {'opus': 'opus', 'mp3': 'mp3'}     # of others: wav
BABBLE_CALLS = 16       # the others are heard in these calls
BABBLE_TALKERS = 8


def band(size):
    """Gain of each bin of rfft: 300-3400 Hz with soft edges."""
    import numpy
    hertz = numpy.fft.rfftfreq(size, 1 / RATE)
    rise = numpy.clip((hertz - 220) / 80, 0, 1)
    fall = numpy.clip((3650 - hertz) / 250, 0, 1)
    return numpy.sin(rise * numpy.pi / 2) ** 2 * numpy.sin(fall * numpy.pi / 2) ** 2


class Telephone:
    """Renders one call's sides through band and noise."""

    def __init__(self, dry, plan, name):
        self.dry, self.plan, self.name, self.condition = dry, plan, name, CONDITIONS[name]
        self.streams = self.babble_streams() if self.condition.noise == 'babble' else []

    def babble_streams(self):
        """[(speaker, samples)]: sentences without phrases, one after the other."""
        import numpy
        streams = []
        for call in self.plan.calls[:BABBLE_CALLS]:
            sound, told = self.dry.load(call), self.dry.told(call)
            for side, (speaker, voice) in enumerate((('agent', call.agent), ('customer', call.customer))):
                cuts = [sound[side, start * RATE // 1000:end * RATE // 1000]
                        for start, end, who, _, item in told['lines'] if who == speaker and not item]
                streams.append((voice.name, numpy.concatenate(cuts)))
        return streams

    def noise(self, size, draw, call):
        import numpy
        if self.condition.noise == 'pink':
            return self.pink(size, draw)
        if self.condition.noise == 'hum':
            at = numpy.arange(size) / RATE
            hum = sum(numpy.sin(2 * numpy.pi * (50 * n * at + draw.random())) / n ** 0.7 for n in range(1, 31))
            return hum / hum.std() + 0.1 * self.pink(size, draw)
        others = [samples for name, samples in self.streams if name not in (call.agent.name, call.customer.name)]
        babble = 0.02 * 2000 * self.pink(size, draw)
        for index in draw.choice(len(others), BABBLE_TALKERS, replace=False):
            samples = others[index]
            turned = numpy.roll(samples, int(draw.integers(len(samples))))
            babble += numpy.tile(turned, size // len(turned) + 1)[:size]
        return babble

    @staticmethod
    def pink(size, draw):
        import numpy
        spectrum = numpy.fft.rfft(draw.standard_normal(size))
        spectrum[1:] /= numpy.sqrt(numpy.arange(1, len(spectrum)))
        noise = numpy.fft.irfft(spectrum, size)
        return noise / noise.std()

    def sides(self, call):
        """Two channels of int16."""
        import numpy
        sound = self.dry.load(call)
        length = sound.shape[1]
        size = 1 << (length - 1).bit_length()
        gain = band(size)
        level = 32768 * 10 ** (self.condition.level / 20)
        seed = int.from_bytes(hashlib.sha256(f'{call.id} {self.name}'.encode()).digest()[:8], 'big')
        draw = numpy.random.default_rng(seed)
        result = []
        for side in sound:
            speech = numpy.fft.irfft(numpy.fft.rfft(side, size) * gain, size)[:length]
            noise = numpy.fft.irfft(numpy.fft.rfft(self.noise(size, draw, call)) * gain, size)[:length]
            speech *= level / active_rms(speech)
            noise *= level * 10 ** (-self.condition.snr / 20) / noise.std()
            result.append(speech + noise)
        if self.condition.mono:
            result = [result[0] + result[1]]
        return numpy.stack(result, axis=1).clip(-32768, 32767).astype('<i2')

    def render(self, call, folder):
        import numpy
        codec = self.condition.codec
        path = folder / f'{call.file_name()}.{SUFFIX.get(codec, "wav")}'
        if path.exists() and path.stat().st_mtime >= self.dry.paths(call)[0].stat().st_mtime:
            return
        sides = self.sides(call)
        part = folder / f'.{path.name}'
        if codec == 'gsm':
            sides = numpy.stack([through_gsm(side) for side in sides.T], axis=1)
        raw = ['-t', 'raw', '-r', RATE, '-c', sides.shape[1], '-e', 'signed', '-b', 16, '-']
        data = numpy.ascontiguousarray(sides).tobytes()
        if codec in ('opus', 'mp3'):
            with tempfile.TemporaryDirectory() as scratch:
                plain = Path(scratch) / 'plain.wav'
                run(['sox', '-D', *raw, plain], input=data)
                if codec == 'opus':
                    run(['opusenc', '--quiet', '--serial', 1, '--bitrate', 12 * sides.shape[1], plain, part])
                else:
                    run(['lame', '--quiet', '-t', '-b', 16 * sides.shape[1], '-m', 's', plain, part])
        else:
            kind = {'mulaw': ['-e', 'mu-law', '-b', 8], 'alaw': ['-e', 'a-law', '-b', 8], 'gsm': ['-b', 16],
                    'gsmwav': ['-e', 'gsm-full-rate']}[codec]
            run(['sox', '-D', *raw, '-t', 'wav', *kind, part], input=data)
        part.rename(path)


def through_gsm(side):
    import numpy
    raw = ['-t', 'raw', '-r', RATE, '-c', 1, '-e', 'signed', '-b', 16]
    coded = run(['sox', '-D', *raw, '-', '-t', 'gsm', '-'], input=numpy.ascontiguousarray(side).tobytes())
    heard = numpy.frombuffer(run(['sox', '-t', 'gsm', '-r', RATE, '-c', 1, '-', *raw, '-'], input=coded), '<i2')
    return numpy.pad(heard, (0, max(0, len(side) - len(heard))))[:len(side)]


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


# ---- checks ----

def check(texts):
    wrong = []

    def claim(true, message):
        if not true:
            wrong.append(message)

    check_phrases(texts, claim)
    check_parts(texts, claim)
    for name in RULE_FILES:
        path = HERE / f'rules-{name}.yaml'
        claim(path.exists() and path.read_text() == rule_file(texts, name),
              f'{path.name} is not what phrases.txt says: run corpus.py --write-rules')
    for part in () if wrong else PARTS:
        check_plan(texts, part, claim)
    for message in wrong:
        print(f'corpus: {message}', file=sys.stderr)
    return 1 if wrong else 0


def check_phrases(texts, claim):
    common = [phrase for phrase in texts.phrases if not phrase.held]
    for which, least in (('courtesy', 30), ('forbidden', 10)):
        count = sum(phrase.set == which for phrase in common)
        claim(count >= least, f'{count} {which} phrases in all parts, expected {least}')
    held = len(texts.phrases) - len(common)
    claim(held >= 10, f'{held} phrases held for test, expected 10')
    claim(len({phrase.id for phrase in texts.phrases}) == len(texts.phrases), 'an id is used twice')
    lengths = [texts.count_sounds(phrase.spoken[0]) for phrase in texts.phrases]
    claim(min(lengths) <= 5 and max(lengths) >= 28, f'phrases have {min(lengths)} to {max(lengths)} sounds')
    for low in range(4, 31, 3):
        count = sum(low <= length < low + 3 for length in lengths)
        claim(2 <= count <= 12, f'{count} phrases of {low} to {low + 2} sounds, expected 2 to 12')
    for phrase in texts.phrases:
        claim(len(phrase.nears) >= 3, f'{phrase.id}: {len(phrase.nears)} near-misses, expected 3')
        claim(sum(near.rival for near in phrase.nears) <= 1, f'{phrase.id}: more than one rival')
        claim(phrase.held or any(near.test_only for near in phrase.nears), f'{phrase.id}: no near-miss of test only')
        for text in phrase.spoken:
            others = set(texts.held_in(text)) - {phrase.id}
            claim(not others, f'{text!r} holds the phrase of {", ".join(sorted(others))}')
        for near in phrase.nears:
            held_in = texts.held_in(near.text)
            claim(not held_in, f'near-miss {near.text!r} holds the phrase of {", ".join(held_in)}')


def check_parts(texts, claim):
    owner = {}
    for (part, *_), templates in texts.sentences.items():
        for template in templates:
            claim(owner.setdefault(template, part) == part, f'{template!r} stands in {owner[template]} and {part}')
    speakers = {}
    for part in PARTS:
        for voice in VOICES[part]:
            speaker = SPEAKER.get(voice.base, voice.base)
            claim(speakers.setdefault(speaker, part) == part, f'{speaker} speaks in {speakers[speaker]} and {part}')
    words = {word for template in owner for word in re.sub(r'\{\w+\}', '', template).split()}
    words |= {word for choices in texts.slots.values() for word in choices}
    for phrase in texts.phrases:
        words |= {word for text in [*phrase.spoken, *(near.text for near in phrase.nears)] for word in text.split()}
    for word in sorted(words):
        claim(word in texts.dictionary, f'{word!r} is not in {DICTIONARY.name}')


def check_plan(texts, part, claim):
    """What was dealt is what the truth will say: each line of each call is looked at again."""
    positives = {which: 0 for which in SETS}
    of = {phrase.id: phrase for phrase in texts.phrases}
    for call in Plan(texts, part).calls:
        said = 0
        for turn in call.turns:
            for line in turn:
                for first, count, rule, kind, text in line.items:
                    claim(' '.join(line.text.split()[first:first + count]) == text, f'{call.id}: {text!r} misplaced')
                    if kind == 'phrase' and line.speaker == 'agent':
                        positives[of[rule].set] += 1
                        said += 1
            meant = {item[2] for line in turn for item in line.items if item[3] == 'phrase'}
            whole = ' '.join(line.text for line in turn)
            claim(set(texts.held_in(whole)) == meant, f'{call.id}: {whole!r} holds other phrases than {sorted(meant)}')
        claim(8 <= said <= 14, f'{call.id}: {said} phrases, expected 8 to 14')
    least = {'courtesy': 500, 'forbidden': 150} if part == 'test' else {'courtesy': 300, 'forbidden': 100}
    for which in SETS:
        claim(positives[which] >= least[which], f'{part}: {positives[which]} {which} phrases, expected {least[which]}')
    print(f'{part}: ' + ', '.join(f'{count} {which}' for which, count in positives.items()))


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
