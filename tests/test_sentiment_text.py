"""build_vocab, text_to_indices, SentimentDataset: right answers in other styles pass, slips fail their own check."""

from __future__ import annotations

import pytest

from autograder.model import ExerciseGrade, Outcome


def failed(grade: ExerciseGrade) -> set[str]:
    return {check.id for check in grade.checks if check.outcome is not Outcome.PASSED}


VOCAB = """
from collections import Counter
def build_vocab(texts, min_freq=1):
    counts = Counter()
    for text in texts:
        counts.update({words})
    vocab = {{'<PAD>': 0, '<UNK>': 1}}
    {number}
    return vocab
"""
NUMBER = "for word in counts:\n        if counts[word] >= min_freq: vocab[word] = len(vocab)"
WORDS = "text.lower().split()"

RIGHT_VOCABS = {
    "set and sorted": """
def build_vocab(texts, min_freq=1):
    words = [w for t in texts for w in t.lower().split()]
    kept = sorted(w for w in set(words) if words.count(w) >= min_freq)
    return {w: i for i, w in enumerate(['<PAD>', '<UNK>'] + kept)}
""",
    "by frequency, specials last": """
from collections import Counter
def build_vocab(texts, min_freq=1):
    common = Counter(' '.join(texts).lower().split()).most_common()
    vocab = {w: i + 2 for i, (w, c) in enumerate(p for p in common if p[1] >= min_freq)}
    vocab['<UNK>'] = 1
    vocab['<PAD>'] = 0
    return vocab
""",
    "numpy ids": """
import numpy as np
def build_vocab(texts, min_freq=1):
    words, counts = np.unique(' '.join(texts).lower().split(), return_counts=True)
    kept = ['<PAD>', '<UNK>'] + [str(w) for w in words[counts >= min_freq]]
    return dict(zip(kept, np.arange(len(kept))))
""",
}
WRONG_VOCABS = {
    "holes in the numbering": (
        VOCAB.format(
            words=WORDS, number="for i, w in enumerate(counts):\n        if counts[w] >= min_freq: vocab[w]=i+2"
        ),
        {"contiguous"},
    ),
    "words from 0": (
        VOCAB.format(
            words=WORDS,
            number="vocab.update({w: i for i, w in enumerate(x for x in counts if counts[x] >= min_freq)})",
        ),
        {"specials", "contiguous"},
    ),
    "no lower()": (VOCAB.format(words="text.split()", number=NUMBER), {"words"}),
    "more than instead of at least": (VOCAB.format(words=WORDS, number=NUMBER.replace(">=", ">")), {"words"}),
    "counts texts": (VOCAB.format(words="set(text.lower().split())", number=NUMBER), {"words"}),
    "split on one space": (VOCAB.format(words="text.lower().split(' ')", number=NUMBER), {"words"}),
    "strips the comma": (VOCAB.format(words="text.lower().replace(',', '').split()", number=NUMBER), {"words"}),
    "strips quotes, full stops and digits": (
        VOCAB.format(
            words="''.join(c for c in text.lower() if c not in '.!?0123456789' + chr(39)).split()", number=NUMBER
        ),
        {"words"},
    ),
    "drops common words": (
        VOCAB.format(words="[w for w in text.lower().split() if w not in ('a', 'the', 'was')]", number=NUMBER),
        {"words"},
    ),
    "drops words of one letter": (
        VOCAB.format(words="[w for w in text.lower().split() if len(w) > 1]", number=NUMBER),
        {"words"},
    ),
    "another default": (VOCAB.format(words=WORDS, number=NUMBER).replace("min_freq=1", "min_freq=2"), {"words"}),
    "ignores min_freq": (VOCAB.format(words=WORDS, number="for w in counts: vocab[w] = len(vocab)"), {"words"}),
    "no special entries": (
        "def build_vocab(texts, min_freq=1):\n"
        "    return {w: i for i, w in enumerate(set(' '.join(texts).lower().split()))}",
        {"specials", "words"},
    ),
    "returns two dicts": (VOCAB.format(words=WORDS, number=NUMBER) + "    ", None),
    "nothing but specials": (
        "def build_vocab(texts, min_freq=1): return {'<PAD>': 0, '<UNK>': 1}",
        {"specials", "contiguous", "words"},
    ),
}
WRONG_VOCABS["returns two dicts"] = (
    WRONG_VOCABS["returns two dicts"][0].replace("return vocab", "return vocab, {}"),
    {"specials", "contiguous", "words"},
)

RIGHT_INDICES = {
    "a tensor": """
import torch
def text_to_indices(text, vocab, max_len=20):
    ids = torch.zeros(max_len, dtype=torch.long)
    for i, w in enumerate(text.lower().split()[:max_len]):
        ids[i] = vocab[w] if w in vocab else vocab['<UNK>']
    return ids
""",
    "pads, then cuts": """
def text_to_indices(text, vocab, max_len=20):
    return ([vocab.get(w, 1) for w in text.lower().split()] + [0] * max_len)[:max_len]
""",
    "an array": """
import numpy as np
def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(w, 1) for w in text.lower().split()][:max_len]
    return np.pad(np.array(ids, dtype=int), (0, max_len - len(ids)))
""",
}
PAD = " ids = ids[:max_len]\n return ids + [0] * (max_len - len(ids))"
WRONG_INDICES = {
    "pads left": (
        "def text_to_indices(text, vocab, max_len=20):\n"
        " ids = [vocab.get(w, 1) for w in text.lower().split()][:max_len]\n return [0] * (max_len - len(ids)) + ids",
        {"length", "unknown"},
    ),
    "does not cut": (
        "def text_to_indices(text, vocab, max_len=20):\n ids = [vocab.get(w, 1) for w in text.lower().split()]\n"
        " return ids + [0] * (max_len - len(ids))",
        {"length", "default"},
    ),
    "drops unknown words": (
        "def text_to_indices(text, vocab, max_len=20):\n ids = [vocab[w] for w in text.lower().split() if w in vocab]\n"
        + PAD,
        {"unknown"},
    ),
    "unknown words become padding": (
        "def text_to_indices(text, vocab, max_len=20):\n ids = [vocab.get(w, 0) for w in text.lower().split()]\n" + PAD,
        {"unknown"},
    ),
    "KeyError": (
        "def text_to_indices(text, vocab, max_len=20):\n ids = [vocab[w] for w in text.lower().split()]\n" + PAD,
        {"unknown"},
    ),
    "no lower()": (
        "def text_to_indices(text, vocab, max_len=20):\n ids = [vocab.get(w, 1) for w in text.split()]\n" + PAD,
        {"unknown"},
    ),
    "strips punctuation": (
        "def text_to_indices(text, vocab, max_len=20):\n"
        " ids = [vocab.get(w.strip('.,!?'), 1) for w in text.lower().split()]\n" + PAD,
        {"unknown"},
    ),
    "drops common words": (
        "def text_to_indices(text, vocab, max_len=20):\n"
        " ids = [vocab.get(w, 1) for w in text.lower().split() if w not in ('a', 'the')]\n" + PAD,
        {"unknown"},
    ),
    "adds to the vocabulary": (
        "def text_to_indices(text, vocab, max_len=20):\n"
        " ids = [vocab.get(w, 1) for w in text.lower().split()]\n vocab.setdefault(text, 1)\n" + PAD,
        {"default"},
    ),
    "another default": (
        "def text_to_indices(text, vocab, max_len=30):\n ids = [vocab.get(w, 1) for w in text.lower().split()]\n" + PAD,
        {"default"},
    ),
    "all padding": (
        "def text_to_indices(text, vocab, max_len=20): return [0] * max_len",
        {"length", "unknown", "default"},
    ),
}

DATASET = """
import torch
from torch.utils.data import Dataset, TensorDataset
class SentimentDataset(Dataset):
    def __init__(self, texts, labels): self.x, self.y = texts, labels
    def __len__(self): return {length}
    def __getitem__(self, i): return {item}
"""
ITEM = "torch.tensor(self.x[i], dtype=torch.long), torch.tensor(self.y[i], dtype=torch.long)"
RIGHT_DATASETS = {
    "converts each item": DATASET.format(length="len(self.x)", item=ITEM),
    "a TensorDataset": """
import torch
from torch.utils.data import TensorDataset
class SentimentDataset(TensorDataset):
    def __init__(self, texts, labels): super().__init__(torch.LongTensor(texts), torch.LongTensor(labels))
""",
    "through numpy": DATASET.replace(
        "self.x, self.y = texts, labels", "self.x, self.y = np.array(texts), np.array(labels)"
    )
    .replace("import torch\n", "import numpy as np\nimport torch\n", 1)
    .format(length="len(self.y)", item="torch.from_numpy(self.x[i]).long(), torch.tensor(int(self.y[i]))"),
}
WRONG_DATASETS = {
    "float labels": (
        DATASET.format(length="len(self.x)", item=ITEM.replace("y[i], dtype=torch.long", "y[i], dtype=torch.float")),
        {"items", "batches"},
    ),
    "float ids": (
        DATASET.format(length="len(self.x)", item=ITEM.replace("x[i], dtype=torch.long", "x[i], dtype=torch.float")),
        {"items", "batches"},
    ),
    "length of a text": (DATASET.format(length="len(self.x[0])", item=ITEM), {"items", "batches"}),
    "label first": (
        DATASET.format(length="len(self.x)", item=", ".join(reversed(ITEM.split("), "))) + ")"),
        {"items", "batches"},
    ),
    "keeps int32": (
        DATASET.format(length="len(self.x)", item="torch.as_tensor(self.x[i]), torch.as_tensor(self.y[i])"),
        {"batches"},
    ),
    "lists and arrays only": (
        DATASET.replace("= texts, labels", "= torch.from_numpy(a(texts) if isinstance(texts, list) else texts), labels")
        .replace("import torch\n", "from numpy import array as a\nimport torch\n", 1)
        .format(length="len(self.x)", item="self.x[i].long(), torch.tensor(self.y[i], dtype=torch.long)"),
        {"batches"},
    ),
    "a text of one word loses its dimension": (
        DATASET.format(length="len(self.x)", item=ITEM.replace("dtype=torch.long), ", "dtype=torch.long).squeeze(), ")),
        {"items"},
    ),
    "padding cut off": (
        DATASET.format(length="len(self.x)", item=ITEM.replace("self.x[i]", "[w for w in self.x[i] if w]")),
        {"items", "batches"},
    ),
    "large ids cut off": (
        DATASET.format(length="len(self.x)", item=ITEM.replace("long), ", "long).clamp(max=9999), ")),
        {"items", "batches"},
    ),
    "lists": (DATASET.format(length="len(self.x)", item="self.x[i], self.y[i]"), {"items", "batches"}),
}
WRONG_DATASETS["label first"] = (
    DATASET.format(
        length="len(self.x)",
        item="torch.tensor(self.y[i], dtype=torch.long), torch.tensor(self.x[i], dtype=torch.long)",
    ),
    {"items", "batches"},
)


@pytest.mark.parametrize("style", RIGHT_VOCABS)
def test_vocabularies_in_any_order_get_full_marks(judge, style):
    assert failed(judge("build_vocab", RIGHT_VOCABS[style])) == set()


@pytest.mark.parametrize("slip", WRONG_VOCABS)
def test_a_wrong_vocabulary_fails_its_own_checks(judge, slip):
    code, expected = WRONG_VOCABS[slip]
    assert failed(judge("build_vocab", code)) == expected


@pytest.mark.parametrize("style", RIGHT_INDICES)
def test_lists_arrays_and_tensors_of_ids_get_full_marks(judge, style):
    assert failed(judge("text_to_indices", RIGHT_INDICES[style])) == set()


@pytest.mark.parametrize("slip", WRONG_INDICES)
def test_wrong_indices_fail_their_own_checks(judge, slip):
    code, expected = WRONG_INDICES[slip]
    assert failed(judge("text_to_indices", code)) == expected


@pytest.mark.parametrize("style", RIGHT_DATASETS)
def test_data_sets_may_convert_early_or_late(judge, style):
    assert failed(judge("sentiment_dataset", RIGHT_DATASETS[style])) == set()


@pytest.mark.parametrize("slip", WRONG_DATASETS)
def test_a_wrong_data_set_fails_its_own_checks(judge, slip):
    code, expected = WRONG_DATASETS[slip]
    assert failed(judge("sentiment_dataset", code)) == expected


def test_the_message_about_holes_names_the_embedding(judge):
    grade = judge("build_vocab", WRONG_VOCABS["holes in the numbering"][0])

    (finding,) = (check for check in grade.checks if check.id == "contiguous")

    assert "nn.Embedding" in finding.message
    assert "min_freq=2" in finding.message


def message(grade: ExerciseGrade, id: str) -> str:
    return next(check.message for check in grade.checks if check.id == id)


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ("strips quotes, full stops and digits", "words with punctuation or digits are missing, as '10/10'"),
        ("drops common words", "short, common words are missing, as 'a', 'the', 'was'"),
        ("another default", "with min_freq=2 none is missing"),
        ("more than instead of at least", "count >= min_freq"),
    ],
)
def test_missing_words_are_told_apart_by_their_kind_and_frequency(judge, slip, said):
    assert said in message(judge("build_vocab", WRONG_VOCABS[slip][0]), "words")


def test_a_slip_of_frequency_is_not_called_one_of_punctuation(judge):
    for slip in ("another default", "more than instead of at least", "counts texts"):
        assert "punctuation" not in message(judge("build_vocab", WRONG_VOCABS[slip][0]), "words")


def test_one_text_too_few_is_not_the_length_of_a_text(judge):
    """Two slips of __len__ that gave the same number when there was one text more than words in each."""
    one_less = judge("sentiment_dataset", DATASET.format(length="len(self.x) - 1", item=ITEM))
    of_a_text = judge("sentiment_dataset", WRONG_DATASETS["length of a text"][0])

    assert message(one_less, "items") != message(of_a_text, "items")
