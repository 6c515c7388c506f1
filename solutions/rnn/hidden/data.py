"""Texts whose labels hang on the order of the words: the data that trained accuracy is measured on.

A hidden text holds one word of praise and one of blame; its mirror image, in which the two have
changed places, is there too and has the other label. So given its bag of words a text is positive with
probability one half, and only a model that reads the order does better than chance. Around the two
words stand a frame (how the sentence opens), one of several patterns (which of the two decides) and a
tail that means nothing; a template is a pattern in a frame. Hidden texts use templates that no training
text uses, nouns that none mentions, and some are longer than 20 words.

Among the training texts are simple ones with a single judgement. They teach what the words mean, which
saves the network a long plateau, and tell a bag of words nothing about the hidden texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GOOD = _words(
    "good great lovely superb charming brilliant funny clever warm fresh moving delightful "
    "wonderful witty gripping elegant impressive beautiful touching enjoyable"
)
BAD = _words(
    "bad awful dull boring terrible poor weak clumsy cold stale tedious dreadful "
    "horrible silly shallow lifeless annoying ugly pointless disappointing"
)
SEEN = _words("plot story cast music ending script dialogue pace camera sound hero humour")
UNSEEN = _words("soundtrack villain narrator choreography finale prologue costume editing lighting chorus")

# {a} and {b} are the two judgements in the order of the text, {n} and {m} are nouns
DECIDED_BY_SECOND = (
    "the {n} was {a} but the {m} was {b}",
    "although the {n} was {a} the {m} was {b}",
    "it was not {a} it was {b}",
    "the {n} was hardly {a} and the {m} really {b}",
    "they called the {n} {a} yet i found it {b}",
    "the {n} was slightly {a} and the {m} extremely {b}",
)
DECIDED_BY_FIRST = (
    "the {n} was {a} although the {m} was {b}",
    "it was {a} and never {b}",
    "the {n} was {a} rather than {b}",
    "the {n} was extremely {a} and the {m} slightly {b}",
    "i found the {n} {a} although they called it {b}",
    "the {n} was really {a} and the {m} hardly {b}",
)
# one judgement only; in training alone, where they teach what the words mean
SIMPLE = ("the {n} was {a}", "i found the {n} {a}", "it was really {a}", "a {a} {n}")
FRAMES = (
    "{s}",
    "well {s}",
    "in my view {s}",
    "we saw it on sunday and {s}",
    "last night {s}",
    "to be honest {s}",
    "as far as i remember {s}",
    "my brother came along and {s}",
)
TAILS = (
    "",
    "",
    "",
    "as i said",
    "in the end",
    "at least that evening",
    "and then we took the bus home",
    "and afterwards we walked along the river and talked about the weather for an hour or so",
)


@dataclass(frozen=True)
class Data:
    """Training texts with labels (a few of them wrong) and hidden texts with labels."""

    texts: list[str]
    labels: list[int]
    hidden_texts: list[str]
    hidden_labels: list[int]


def make(
    seed: int, *, train: int = 700, hidden: int = 400, simple: float = 0.4, zipf: float = 1.2, noise: float = 0.03
) -> Data:
    """Draw a data set. The same seed gives the same data.

    simple: share of the training texts with one judgement only.
    zipf: how unequally often the judgements occur in training (hidden texts use all alike).
    noise: share of the training labels that are turned round. Hidden labels are right.
    """
    generator = np.random.default_rng([seed, 20260])
    easy = 2 * round(simple * train / 2)
    templates = [(pattern, frame) for pattern in range(12) for frame in FRAMES]
    held_out = _held_out(generator)
    texts, labels = _draw(generator, [t for t in templates if t not in held_out], SEEN, train - easy, zipf)
    for _ in range(easy):
        label = int(generator.integers(2))
        noun, pattern = (str(generator.choice(words)) for words in (SEEN, SIMPLE))
        word = _word(generator, (BAD, GOOD)[label], zipf)
        text = f"{generator.choice(FRAMES)} {generator.choice(TAILS)}".strip().format(s=pattern.format(a=word, n=noun))
        texts.append(text)
        labels.append(label)
    order = generator.permutation(train)
    texts, labels = [texts[i] for i in order], [labels[i] for i in order]
    hidden_texts, hidden_labels = _draw(generator, sorted(held_out), (*SEEN, *UNSEEN), hidden)
    for index in generator.choice(train, round(noise * train), replace=False):
        labels[index] = 1 - labels[index]
    return Data(texts, labels, hidden_texts, hidden_labels)


def _held_out(generator: np.random.Generator) -> set[tuple[int, str]]:
    """Two frames of each pattern."""
    chosen = set()
    for pattern in range(12):
        for index in generator.choice(len(FRAMES), 2, replace=False):
            chosen.add((pattern, FRAMES[index]))
    return chosen


def _draw(
    generator: np.random.Generator,
    templates: Sequence[tuple[int, str]],
    nouns: Sequence[str],
    count: int,
    zipf: float = 0.0,
) -> tuple[list[str], list[int]]:
    """``count`` texts, half of them positive, as mirror pairs in random order."""
    patterns = DECIDED_BY_SECOND + DECIDED_BY_FIRST
    pairs: list[tuple[str, int]] = []
    for _ in range(count // 2):
        number, frame = templates[generator.integers(len(templates))]
        good, bad = (_word(generator, words, zipf) for words in (GOOD, BAD))
        noun, other = (str(word) for word in generator.choice(nouns, 2, replace=False))
        tail = str(generator.choice(TAILS))
        for a, b in ((good, bad), (bad, good)):
            text = frame.format(s=patterns[number].format(a=a, b=b, n=noun, m=other))
            deciding = b if number < len(DECIDED_BY_SECOND) else a
            pairs.append((f"{text} {tail}".strip(), int(deciding == good)))
    order = generator.permutation(len(pairs))
    return [pairs[i][0] for i in order], [pairs[i][1] for i in order]


def _word(generator: np.random.Generator, words: Sequence[str], zipf: float) -> str:
    """One of the words; the k-th is drawn with a weight of 1 / k**zipf."""
    weights = np.arange(1, len(words) + 1, dtype=float) ** -zipf
    return str(generator.choice(words, p=weights / weights.sum()))
