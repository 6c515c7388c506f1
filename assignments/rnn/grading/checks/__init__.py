"""The checks, in the order of the handout. Each docstring is the sentence that the student reads."""

from . import accuracy, analysis, cells, inference, networks, text, training, written

_FOUND = {
    exercise.id: exercise
    for module in (cells, networks, analysis, text, training, accuracy, inference, written)
    for exercise in module.EXERCISES
}

ORDER = (
    "vanilla_rnn",
    "lstm_cell",
    "simple_lstm",
    "gru_cell",
    "bilstm",
    "vanishing_gradient",
    "count_parameters",
    "compare_architectures",
    "build_vocab",
    "text_to_indices",
    "sentiment_dataset",
    "sentiment_lstm",
    "train_epoch",
    "evaluate",
    "trained_accuracy",
    "predict_sentiment",
    "improved_classifier",
    "word_importance",
    "written_rnn",
    "written_architectures",
    "written_improvement",
    "written_importance",
)

EXERCISES = tuple(_FOUND[name] for name in ORDER)

__all__ = ["EXERCISES"]
