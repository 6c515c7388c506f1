"""Written answers: collected, shown in the report, marked by hand."""

from __future__ import annotations

from autograder import Exercise

EXERCISES = [
    Exercise(
        "written_rnn",
        title="Written: the computation graph of an RNN",
        written=True,
        points=1,
        rubric="three steps drawn or described; why the weights are shared; what other lengths do",
    ),
    Exercise(
        "written_architectures",
        title="Written: when to use which architecture",
        written=True,
        points=1,
        rubric="parameters, speed and memory of RNN, LSTM and GRU compared, with a use for each",
    ),
    Exercise(
        "written_improvement",
        title="Written: what improved the classifier",
        written=True,
        points=1,
        rubric="what was tried, what helped, with numbers over several seeds",
    ),
    Exercise(
        "written_importance",
        title="Written: which words matter",
        written=True,
        points=1,
        rubric="which words decide, why, and what the method cannot show",
    ),
]
