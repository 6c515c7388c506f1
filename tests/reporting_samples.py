"""The sample grades of reports/samples, for tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_PATH = Path(__file__).resolve().parents[1] / "reports" / "samples" / "sample_grades.py"
_SPEC = importlib.util.spec_from_file_location("sample_grades", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
samples = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(samples)
