"""Pages of the web app: the reports' templates and styles, a policy that allows forms of our own and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from autograder.reporting.html import _environment, _hash, _static


def web_page(template: str, view: Mapping[str, Any]) -> tuple[str, str]:
    """A page of ``reports/templates/web/`` and its content security policy."""
    style = _static("report.css") + _static("web.css")
    script = _static("web.js")
    text = _environment().get_template(f"web/{template}").render(view=view, style=Markup(style), script=Markup(script))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return text, policy
