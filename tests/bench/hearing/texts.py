"""The texts of the corpus: phrases, near-misses, sentences, and the rule files made of them."""
import re
import sys
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

HERE = Path(__file__).resolve().parent
DICTIONARY = Path('/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict')
SETS = {'courtesy': 'required', 'forbidden': 'forbidden'}
RULE_FILES = ('courtesy', 'forbidden', 'held')     # the phrases held for test stand apart: train and dev know no word


def stop(message):
    sys.exit(f'corpus: {message}')


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
