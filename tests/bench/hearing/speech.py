"""Dry calls: what the voices say, when, before it goes through a telephone."""
import hashlib
import json
import os
import random
import subprocess
import tempfile
import threading
from pathlib import Path

from plan import RATE, TTS_RATE
from texts import stop


def run(command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if done.returncode:
        stop(f'{" ".join(map(str, command))[:200]}: exit {done.returncode}: '
             + done.stderr.decode(errors='replace').strip()[-300:])
    return done.stdout


def unfinished(path):
    """Where to write what shall be seen whole or not at all, also when others make the same."""
    return path.with_name(f'.{os.getpid()}-{threading.get_ident()}-{path.name}')


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
        part = unfinished(path)
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
        part = unfinished(samples)
        numpy.save(part, sound.clip(-32767, 32767).astype('<i2'))
        part.rename(samples)
        part = unfinished(story)
        part.write_text(json.dumps(told))
        part.rename(story)

    def load(self, call):
        import numpy
        return numpy.load(self.paths(call)[0]).astype(numpy.float64)
