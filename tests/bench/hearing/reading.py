"""Read speech with its text (../shared/audio): phrases of the texts, each asked of every recording.

English is cut into runs of four dictionary words, Mandarin at its dictionary's words into runs of five to nine
characters, neither across punctuation. A phrase is said in a recording when its text holds it. Never tuned on.
"""
import json
import re
import wave

from heard import Call, Said
from texts import DICTIONARY, HERE

AUDIO = HERE.parents[2] / '../shared/audio'
FILES = {'en-US': 'en-reading-1 librivox-0870 librivox-0880 librivox-0890 librivox-0920 librivox-0930',
         'zh-CN': 'zh-reading-1 zh-reading-2'}
LONGEST, LEAST, MOST = 8, 5, 9      # characters of a dictionary word, of a phrase


def read_words(path):
    with open(path, encoding='utf-8') as file:
        return {line.split(None, 1)[0] for line in file if line.strip()}


def cut_english(text, words):
    for clause in re.split(r'[^a-z\' ]+', ' '.join(text.lower().split())):
        row = clause.split()
        for at in range(0, len(row) - 3, 4):
            if all(word in words for word in row[at:at + 4]):
                yield ' '.join(row[at:at + 4])


def cut_mandarin(text, words):
    for clause in re.split(r'[^\u4e00-\u9fff]+', text):
        piece, at = '', 0
        while at < len(clause):
            length = next((n for n in range(LONGEST, 1, -1) if clause[at:at + n] in words and len(clause) - at >= n), 1)
            piece, at = piece + clause[at:at + length], at + length
            if len(piece) > MOST:
                piece = ''
            elif len(piece) >= LEAST:
                yield piece
                piece = ''


def plain(text, language):
    if language == 'zh-CN':
        return ''.join(re.findall(r'[\u4e00-\u9fff]', text))
    return ' ' + ' '.join(re.findall(r"[a-z']+", text.lower())) + ' '


def prepare(folder, language, models):
    """Rules and recordings in the folder; the calls with what is said in them. Empty when the audio is not there."""
    dictionary = models / 'zh-cn.dict' if language == 'zh-CN' else DICTIONARY
    names = [name for name in FILES[language].split() if (AUDIO / f'{name}.wav').exists()]
    if not names or not dictionary.exists():
        return []
    words = read_words(dictionary)
    texts = {name: (AUDIO / f'{name}.txt').read_text(encoding='utf-8') for name in names}
    cut = cut_mandarin if language == 'zh-CN' else cut_english
    phrases = sorted({phrase for text in texts.values() for phrase in cut(text, words)})
    rules = [f'ruleset: reading\nlanguage: {language}\nrules:']
    for number, phrase in enumerate(phrases):
        rules.append(f'  - {{id: p{number}, title: {json.dumps(phrase, ensure_ascii=False)}, dimension: courtesy, '
                     f'kind: required, who: agent, phrases: [{json.dumps(phrase, ensure_ascii=False)}], weight: 1}}')
    (folder / 'rules.yaml').write_text('\n'.join(rules) + '\n', encoding='utf-8')
    (folder / 'calls').mkdir()
    calls = []
    for name in names:
        path = folder / 'calls' / f'R1_20261005T090000_{name}.wav'
        path.write_bytes((AUDIO / f'{name}.wav').read_bytes())
        with wave.open(str(path)) as audio:
            seconds = audio.getnframes() / audio.getframerate()
        said = [Said(f'p{number}', 0, int(seconds * 1000), 'agent') for number, phrase in enumerate(phrases)
                if plain(phrase, language) in plain(texts[name], language)]
        calls.append(Call(name, path, seconds, said))
    return calls


def write_config(folder, language, model):
    path = folder / 'callaudit.yaml'
    (folder / 'hearing.db').unlink(missing_ok=True)
    lines = ['database: hearing.db', 'rules: rules.yaml', f'language: {language}', 'channels: {agent: mono}',
             r"intake: {filename: '(?<agent>[^_]+)_(?<started>\d{8}T\d{6})_(?<call_id>[^.]+)\.', settle: 0s}",
             'hearing: {transcript: none}']
    if model:
        lines.append(f'models: {{{language}: {json.dumps(str(model))}}}')
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return path
