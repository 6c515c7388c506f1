"""Checks of the text stages: vocabulary, indices, data set."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Exercise, close, fail, require, same_shape
from autograder.expect import shorten

from . import forms

# --- build_vocab --------------------------------------------------------------------------------------

vocab = Exercise("build_vocab", title="Vocabulary", stub="text", names=("build_vocab",))


def _entries(record: Any, least: int) -> dict[str, int]:
    """The vocabulary for one min_freq."""
    return dict(forms.pairs(record, f"vocab:{least}"))


def _not_empty(student: Any, reference: Any) -> None:
    got, wanted = _entries(student, 1), _entries(reference, 1)
    require(
        2 * len(got) >= len(wanted),
        f"with min_freq=1 the vocabulary of five texts has {len(got)} entries: most of their words are missing",
        hint="go through every text, and through every word of text.lower().split()",
    )


@vocab.check(
    points=1,
    probe="build_vocab",
    kind="property",
    hint="start with {'<PAD>': 0, '<UNK>': 1} and give the first word the id 2",
)
def specials(student: Any, reference: Any) -> None:
    """`<PAD>` has id 0, `<UNK>` has id 1, and no two words share an id"""
    _not_empty(student, reference)
    got = _entries(student, 1)
    for name, number in (("<PAD>", 0), ("<UNK>", 1)):
        require(name in got, f"the vocabulary has no entry for {name}")
        require(got[name] == number, f"{name} has the id {got[name]}; expected {number}")
    owners: dict[int, str] = {}
    for word, number in got.items():
        if number in owners:
            fail(f"{owners[number]!r} and {word!r} share the id {number}: the network could not tell them apart")
        owners[number] = word


@vocab.check(
    points=2,
    probe="build_vocab",
    kind="property",
    hint="filter first, then number: the next id is the number of entries so far, and no hole is left",
)
def contiguous(student: Any, reference: Any) -> None:
    """with V entries the ids are 0 to V-1, whatever `min_freq` is, so that `nn.Embedding(V, …)` has a row for each"""
    _not_empty(student, reference)
    for least in (1, 2, 3):
        got = sorted(_entries(student, least).values())
        size = len(got)
        require(size > 2, f"with min_freq={least} the vocabulary has no words, though some occur {least} times")
        outside = [number for number in got if not 0 <= number < size]
        if outside:
            fail(
                f"with min_freq={least} there are {size} entries, but the id {outside[-1]}: "
                f"nn.Embedding({size}, …) has no such row"
            )
        missing = sorted(set(range(size)) - set(got))
        require(not missing, f"with min_freq={least} no entry has the id {missing[0] if missing else 0}")


@vocab.check(
    points=1,
    probe="build_vocab",
    kind="property",
    hint="count text.lower().split() over all texts, every occurrence; keep a word if its count is >= min_freq",
)
def words(student: Any, reference: Any) -> None:
    """it keeps the lower-cased words, split on white space, that occur at least `min_freq` times"""
    for least in (1, 2, 3):
        got, wanted = set(_entries(student, least)), set(_entries(reference, least))
        extra, missing = sorted(got - wanted), sorted(wanted - got)
        where = f"with min_freq={least}" if least > 1 else "without min_freq, so with 1,"
        if any(word != word.lower() for word in extra if not word.startswith("<")):
            fail(f"{where} a word is there in capitals: lower-case the text before you split it")
        if any(not word.strip() or word != word.strip() or " " in word for word in extra):
            fail(f"{where} an entry is empty or holds white space: use split() without an argument")
        if missing:
            _missing(student, reference, least, where, missing)
        if extra:
            some = ", ".join(repr(word) for word in extra[:3])
            rare = all(word in _entries(reference, 1) for word in extra)
            fail(
                f"{where} there are {len(extra)} entries too many, as {some}: "
                + (f"they occur less often than {least} times" if rare else "the texts have no such words")
            )


def _missing(student: Any, reference: Any, least: int, where: str, missing: list[str]) -> None:
    """Says which words are missing: special entries, frequent words of one kind, or those of one frequency."""
    special = [word for word in missing if word in ("<PAD>", "<UNK>")]
    if special:
        fail(f"{where} there is no entry for {' and '.join(special)}")
    count = f"{where} {len(missing)} of {len(_entries(reference, least))} entries are missing"
    if least > 1:
        fail(
            f"{count}. Is a word that occurs exactly {least} times kept, and is a second occurrence in the same text "
            "counted?"
        )
    often = [word for word in missing if word in _entries(reference, 3)]
    marked = [word for word in often if not word.isalpha()]
    if marked and len(often) == len(marked):
        some = ", ".join(repr(word) for word in marked[:3])
        fail(
            f"{where} {len(marked)} words with punctuation or digits are missing, as {some}",
            hint="split on white space and remove nothing: the words are what text.lower().split() gives",
        )
    if often and all(len(word) <= 3 for word in often):
        short = ", ".join(repr(word) for word in sorted(often, key=lambda word: (not word.isalpha(), word))[:3])
        fail(
            f"{where} {len(often)} short, common words are missing, as {short}",
            hint="every word is kept that occurs often enough, also short ones and those that seem to say little",
        )
    if often:
        fail(f"{count}, also words that occur three times and more")
    if set(_entries(reference, 2)) <= set(_entries(student, 2)):
        fail(
            f"{count}, which occur less than three times; with min_freq=2 none is missing",
            hint="the default of min_freq is 1, which leaves nothing out",
        )
    fail(f"{count}, which occur less than three times. At least once includes once: count >= min_freq")


# --- text_to_indices ----------------------------------------------------------------------------------

indices = Exercise("text_to_indices", title="Text to indices", stub="text", names=("text_to_indices",))


def _same_ids(name: str, student: Any, reference: Any) -> None:
    got, wanted = forms.numbers(student, f"ids:{name}"), reference[f"ids:{name}"]
    if len(got) != len(wanted):
        fail(f"the result has {len(got)} ids; expected exactly max_len, which was {len(wanted)}")
    if (got == wanted).all():
        return
    place = int(np.flatnonzero(got != wanted)[0])
    rest = wanted[wanted != 0]
    if sorted(got) == sorted(wanted) and len(rest) and (got[-len(rest) :] == rest).all():
        fail("the padding is on the left; it belongs on the right, after the words")
    if place < len(rest) and wanted[place] == 1:
        fail(f"position {place} holds a word that is not in the vocabulary; its id should be that of <UNK>")
    if name == "marks" and place < len(rest):
        fail(
            f"the vocabulary has words with punctuation and digits; {int((got != wanted).sum())} of {len(wanted)} ids "
            f"differ, the first at position {place}",
            hint='look up the words of text.lower().split() as they are: "it\'s" and "good!" are words of their own',
        )
    fail(f"{int((got != wanted).sum())} of {len(wanted)} ids differ, the first at position {place}")


@indices.check(
    points=1,
    probe="indices_known",
    kind="property",
    hint="cut with ids[:max_len], then add [vocab['<PAD>']] * (max_len - len(ids))",
)
def length(student: Any, reference: Any) -> None:
    """the result has exactly `max_len` ids: padded on the right, cut on the right"""
    for name in ("short", "exact", "long"):
        _same_ids(name, student, reference)


@indices.check(
    points=1,
    probe="indices_unknown",
    kind="property",
    hint="vocab.get(word, vocab['<UNK>']) for each word of text.lower().split()",
)
def unknown(student: Any, reference: Any) -> None:
    """unknown words become `<UNK>`; capitals and extra white space make no difference; marks and digits stay"""
    for name in ("unknown", "capitals", "spaces", "common", "marks"):
        _same_ids(name, student, reference)


@indices.check(
    points=1,
    probe="indices_default",
    kind="property",
    hint="max_len=20 in the signature; look words up with get, which adds nothing to the vocabulary",
)
def default(student: Any, reference: Any) -> None:
    """by default `max_len` is 20; an empty text is all padding; the vocabulary stays as it was"""
    for name in ("long", "empty"):
        _same_ids(name, student, reference)
    after, before = forms.pairs(student, "vocab"), forms.pairs(reference, "vocab")
    added = len(after) - len(before)
    require(added == 0, f"the vocabulary has {len(after)} entries after the call, {added:+d} to before")
    require(after == before, "the vocabulary was changed by the call")


# --- SentimentDataset ---------------------------------------------------------------------------------

dataset = Exercise("sentiment_dataset", title="Data set", stub="text", names=("SentimentDataset",))


def _whole(what: str, value: Any) -> None:
    require(
        isinstance(value, np.ndarray) and value.dtype == np.int64,
        f"{what} has dtype {getattr(value, 'dtype', type(value).__name__)}; expected int64 (torch.long)",
        hint="nn.Embedding and nn.CrossEntropyLoss need int64: torch.tensor(..., dtype=torch.long)",
    )


@dataset.check(
    points=1,
    probe="dataset_items",
    kind="shapes",
    hint="__len__: how many texts there are; __getitem__: (ids, label) with ids [T] and a label without dimensions",
)
def items(student: Any, reference: Any) -> None:
    """`len(dataset)` is the number of texts and `dataset[i]` is (ids [T], label), both int64"""
    require(
        type(student.length) is int and student.length == reference.length,
        f"len(dataset) is {shorten(student.length)} for {reference.length} texts",
        hint="__len__ is the number of texts, len(labels)",
    )
    for name in reference.names("ids:") + reference.names("label:"):
        what = name.replace(":", " of item ")
        same_shape(what, student[name], reference[name])
        _whole(what, student[name])
        close(what, student[name], reference[name])
    for name in ("word:ids", "word:label"):
        what = f"for texts of one word, {name.removeprefix('word:')} of an item"
        same_shape(what, student[name], reference[name])
        _whole(what, student[name])
        close(what, student[name], reference[name])
    _long(student, reference, "of an item")


def _long(student: Any, reference: Any, where: str) -> None:
    """Every whole number arrives here as int64, so the dtypes come in words."""
    dtypes = student.dtypes if isinstance(student.dtypes, dict) else {}
    require(dtypes.keys() == reference.dtypes.keys(), f"the dtypes {where} could not be read")
    for what, dtype in dtypes.items():
        require(
            dtype == "torch.int64",
            f"{what} {where}: the dtype is {dtype}; expected int64 (torch.long)",
            hint="whatever comes in, int64 goes out: torch.as_tensor(..., dtype=torch.long)",
        )


@dataset.check(
    points=1,
    probe="dataset_batches",
    kind="shapes",
    hint="texts and labels may be lists, arrays (also of int32) or tensors: torch.as_tensor(..., dtype=torch.long) "
    "takes all of them; the default collate function of DataLoader stacks items of equal shape",
)
def batches(student: Any, reference: Any) -> None:
    """a DataLoader makes batches of it: ids [B, T] and labels [B], in order; it may be made from arrays or tensors"""
    for way in ("arrays", "tensors"):
        names = reference.names(f"{way}:")
        came = len(student.names(f"{way}:")) // 2
        require(came == len(names) // 2, f"made from {way}, {came} batches came; expected {len(names) // 2}")
        for name in names:
            what = f"made from {way}, {name.removeprefix(f'{way}:').replace(':', ' of batch ')}"
            same_shape(what, student[name], reference[name])
            _whole(what, student[name])
            close(what, student[name], reference[name])
    _long(student, reference, "of a batch")


EXERCISES = [vocab, indices, dataset]
