"""Who speaks in a part of the corpus, and what: phrases and near-misses dealt to calls, sentences around them."""
import hashlib
import random
import re
from dataclasses import dataclass

from texts import stop

PARTS = ('train', 'dev', 'test')
RATE = 8000             # of the calls
TTS_RATE = 16000        # of the cache
MAX_REDRAWS = 200       # of a line that would hold a phrase by accident

# How many calls a part has, and how often each phrase and as many near-misses of it are said by agents.
SIZE = {'train': (44, {'courtesy': 10, 'forbidden': 10}),
        'dev': (44, {'courtesy': 10, 'forbidden': 10}),
        'test': (72, {'courtesy': 14, 'forbidden': 11})}


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
        Voice('egb3', 'espeak', 'en-gb+john', 1.03, 1.05, 0, True),
        Voice('egb4', 'espeak', 'en-gb+Annie', 0.98, 1.00, 0, True)],
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
