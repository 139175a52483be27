"""What the corpus says of itself, verified on its texts and on what is dealt to every call."""
import re
import sys

from plan import PARTS, SPEAKER, VOICES, Plan
from texts import DICTIONARY, HERE, RULE_FILES, SETS, rule_file


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
