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
        where = f"with min_freq={least}"
        if any(word != word.lower() for word in extra if not word.startswith("<")):
            fail(f"{where} a word is there in capitals: lower-case the text before you split it")
        if any(not word.strip() or word != word.strip() or " " in word for word in extra):
            fail(f"{where} an entry is empty or holds white space: use split() without an argument")
        if any("," in word for word in missing):
            fail(f"{where} a word with a comma is missing: split on white space and remove nothing")
        if missing:
            fail(
                f"{where} {len(missing)} of {len(wanted)} entries are missing. Is a word that occurs exactly {least} "
                "times kept, and is a second occurrence in the same text counted?"
            )
        require(not extra, f"{where} there are {len(extra)} entries too many: words that occur less often")


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
    """unknown words become `<UNK>`; capitals and extra white space make no difference"""
    for name in ("unknown", "capitals", "spaces"):
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
        hint="__len__ is the number of texts, not their length",
    )
    for name in reference.names("ids:") + reference.names("label:"):
        what = name.replace(":", " of item ")
        same_shape(what, student[name], reference[name])
        _whole(what, student[name])
        close(what, student[name], reference[name])
    dtypes = student.dtypes if isinstance(student.dtypes, dict) else {}
    require(dtypes.keys() == reference.dtypes.keys(), "the items' dtypes could not be read")
    for what, dtype in dtypes.items():  # every whole number arrives here as int64
        require(dtype == "torch.int64", f"the {what} of an item has dtype {dtype}; expected int64 (torch.long)")


@dataset.check(
    points=1,
    probe="dataset_batches",
    kind="shapes",
    hint="the default collate function of DataLoader stacks items of equal shape; give it tensors",
)
def batches(student: Any, reference: Any) -> None:
    """a DataLoader makes batches of it: ids [B, T] and labels [B], in order"""
    names = reference.names()
    require(len(student.names()) == len(names), f"{len(student.names()) // 2} batches came; expected {len(names) // 2}")
    for name in names:
        what = name.replace(":", " of batch ")
        same_shape(what, student[name], reference[name])
        _whole(what, student[name])
        close(what, student[name], reference[name])


EXERCISES = [vocab, indices, dataset]
