"""Mutants: one small change each, always the same ones, every kind of change that is promised."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignment import Assignment
from autograder.auditing import audit
from autograder.auditing.mutants import Mutant, mutants


def changes(line: str, before: str = "") -> set[tuple[str, str]]:
    """(kind of change, what the line becomes) of a statement inside a function."""
    source = "def work(self, x, h, model):\n" + textwrap.indent(f"{before}{line}\n", "    ")
    return {(m.operator, m.diff.partition("\n+ ")[2]) for m in mutants(source, "work.py")}


@pytest.mark.parametrize(
    ("line", "operator", "becomes"),
    [
        ("y = x + h", "arithmetic", "y = x - h"),
        ("y = (x + 1) * (h)", "arithmetic", "y = (x + 1) / (h)"),
        ("y += x", "arithmetic", "y -= x"),
        ("y = x <= h", "comparison", "y = x < h"),
        ("y = x not in h", "comparison", "y = x in h"),
        ("y = h if x is None else x", "comparison", "y = h if x is not None else x"),
        ("y = x and h", "condition", "y = x or h"),
        ("y = [a for a in x if a]", "condition", "y = [a for a in x if True]"),
        ("y = x * 4", "constant", "y = x * 3"),
        ("y = x * 0.5", "constant", "y = x * 1.0"),
        ("y = f(x, bias=True)", "constant", "y = f(x, bias=False)"),
        ("y = h['in']", "index", "y = h['in_']"),
        ("y = h[-1]", "index", "y = h[-2]"),
        ("y = x.shape[0]", "index", "y = x.shape[1]"),
        ("y = x.shape[0]", "index", "y = x.shape"),
        ("y = x.sum(dim=1)", "axis", "y = x.sum(dim=0)"),
        ("y = x.max(axis=-1)", "axis", "y = x.max(axis=-2)"),
        ("y = torch.cat([x, h], dim=1)", "keyword", "y = torch.cat([x, h])"),
        ("y = torch.cat([x, h], dim=1)", "order", "y = torch.cat([h, x], dim=1)"),
        ("y = nn.Linear(x, h)", "arguments", "y = nn.Linear(h, x)"),
        ("return x, h", "order", "return h, x"),
        ("return x, h", "statement", "return None"),
        ("x, h = model(x)", "order", "h, x = model(x)"),
        ("y = torch.tanh(x)", "call", "y = x"),
        ("y = torch.tanh(x)", "function", "y = torch.sigmoid(x)"),
        ("y = torch.tanh(x + h) * 2", "call", "y = (x + h) * 2"),
        ("y = x.item()", "call", "y = x"),
        ("y = self.layer(x)", "call", "y = x"),
        ("y = float(x)", "function", "y = int(x)"),
        ("y = x[:3]", "slice", "y = x[:]"),
        ("y = x[:3]", "index", "y = x[:4]"),
        ("y = x[-n:]", "slice", "y = x[-n + 1:]"),
        ("model.train()", "statement", "pass"),
        ("model.train()", "function", "model.eval()"),
        ("for a in x: y.append(a)", "loop", "for a in list(x)[::-1]: y.append(a)"),
        ("for a in x: y.append(a)", "loop", "for a in list(x)[:-1]: y.append(a)"),
        ("if x: y = h", "condition", "if True: y = h"),
        ("with torch.no_grad(): y = x", "statement", "if True: y = x"),
    ],
)
def test_each_kind_of_change_is_made(line: str, operator: str, becomes: str) -> None:
    """The change is among those of the line, under its own name."""
    assert (operator, becomes) in changes(line)


@pytest.mark.parametrize(
    "line", ['"""A docstring with 3 + 4."""', 'y = f"{x} of 4"', "zeros = h", "import a1", "y = sigmoid"]
)
def test_texts_for_people_and_names_are_left_alone(line: str) -> None:
    """Docstrings and f-strings; a variable that is called like a function is not that function."""
    assert {operator for operator, _ in changes(line)} <= {"statement"}


def test_a_mutant_says_where_and_what() -> None:
    """Id, line, the definition that it is in, and the line before and after."""
    source = '"""Module."""\n\n\nclass Cell:\n    def forward(self, x):\n        return x + 1\n'

    found = {m.id: m for m in mutants(source, "cell.py")}

    assert found["cell.py:6:arithmetic:0"] == Mutant(
        id="cell.py:6:arithmetic:0",
        file="cell.py",
        line=6,
        operator="arithmetic",
        definition="Cell",
        diff="- return x + 1\n+ return x - 1",
        source=source.replace("+", "-"),
    )


def test_a_change_over_several_lines_is_shown_on_one() -> None:
    """The changed lines are joined."""
    found = mutants("def f(a, b):\n    return g(\n        a,\n        b,\n    )\n", "f.py")

    (swapped,) = [m for m in found if m.operator == "arguments"]
    assert swapped.diff == "- a, b,\n+ b, a,"


def test_letters_beyond_ascii_do_not_shift_the_change() -> None:
    """Positions are counted in bytes, text in letters."""
    (swapped,) = [m for m in mutants("def f(ä, b):\n    return 'σ', ä + b\n", "f.py") if m.operator == "arithmetic"]

    assert swapped.diff == "- return 'σ', ä + b\n+ return 'σ', ä - b"


names = st.sampled_from(["a", "b", "0", "1.5", "None", "'t'"])
expressions = st.recursive(
    names,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "<", "is", "in", "and"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(inner, inner).map(lambda t: f"f({t[0]}, dim={t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]}, {t[1]}][{t[1]}:]"),
        inner.map(lambda t: f"a.tanh({t})"),
    ),
    max_leaves=8,
)


@given(st.lists(expressions, min_size=1, max_size=4))
def test_every_mutant_is_another_program_and_no_two_are_the_same(lines: list[str]) -> None:
    """Each parses, differs from the source and from the others, has an id of its own, and comes again."""
    source = "def f(a, b):\n" + "".join(f"    y = {line}\n" for line in lines)

    found = mutants(source, "f.py")

    trees = [ast.dump(ast.parse(mutant.source)) for mutant in found]
    assert len({*trees, ast.dump(ast.parse(source))}) == len(trees) + 1
    assert len({mutant.id for mutant in found}) == len(found)
    assert found == mutants(source, "f.py")


def test_the_reference_has_enough_mutants(rnn: Assignment) -> None:
    """At least 300, in every file, inside definitions that belong to an exercise."""
    made = audit.all_mutants(rnn)

    assert len(made) >= 300
    assert {m.file for m in made} == {path.name for path in rnn.reference.glob("*.py")}
    assert {m.definition for m in made} <= set(rnn.owners)


def test_a_sample_is_always_the_same_and_in_order(rnn: Assignment) -> None:
    """So many of them, and a larger sample holds the smaller one."""
    made = audit.all_mutants(rnn)

    few, more = audit.chosen(made, 20), audit.chosen(made, 60)

    assert (len(few), len(more)) == (20, 60)
    assert {m.id for m in few} < {m.id for m in more}
    assert [m for m in made if m in more] == more
    assert audit.chosen(made, 0) == made
