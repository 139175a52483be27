"""Dry calls through the lines, noises and codecs of telephones."""
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from plan import RATE
from speech import active_rms, run, unfinished


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
        part = unfinished(path)
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
