"""A student's Markdown, formulas, code and stored outputs as HTML that can do nothing and asks for nothing.

nbconvert reads the Markdown, nh3 keeps what is on a short list of elements, and formulas become MathML that
is built anew from its tree. Nothing that was handed in reaches a page by another way.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import unquote
from xml.etree import ElementTree

import nh3
from latex2mathml.converter import convert
from markupsafe import Markup, escape
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.reporting.text import clean

MOST_COLOURED = 20_000  # characters of code; longer code is shown in one colour
MOST_FORMULA = 2_000  # characters
MOST_MARKDOWN = 20_000

_TAGS = {
    *("a", "b", "blockquote", "br", "caption", "center", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s"),
    *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u"),
    "ul",
}
_DROPPED = {"script", "style", "template", "noscript", "iframe", "object", "title", "textarea", "select"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_NUMBER = re.compile(r"\d{1,4}")
_HEADING = re.compile(r"(</?h)([1-6])\b")
_MATH_TAGS = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"),
    *("munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
_MATH_ATTRIBUTES = {
    *("display", "displaystyle", "stretchy", "mathvariant", "fence", "separator", "accent", "form", "width"),
    *("columnalign", "columnspacing", "rowspacing"),
}
_MATH_VALUE = re.compile(r"[\w.% -]{1,40}")
# Environments that the converter does not know, and their like.
_LIKE = {"aligned": "align*", "split": "align*", "gathered": "gather*", "eqnarray": "align*", "eqnarray*": "align*"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]+\*?)\}")
_MATH = "{http://www.w3.org/1998/Math/MathML}"


def markdown(text: str, pictures: Mapping[str, str] | None = None) -> Markup:
    """Markdown as HTML; a very long text as it stands. Headings begin at the third level: the page has two above.

    pictures: name of an attachment -> the address of the picture, as ``picture`` gives it.
    """
    if len(text) > MOST_MARKDOWN:
        return plain(text)
    text = clean(text, MOST_MARKDOWN)
    renderer = _Renderer(text, pictures or {})
    try:
        made = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # nested beyond all measure: then as it stands
        return plain(text)
    return renderer.filled(_clean(made))


def plain(text: str) -> Markup:
    """Text as it stands."""
    return Markup("<pre>{}</pre>").format(clean(text, 70_000))


def html(text: str) -> Markup:
    """Stored HTML, of which tables, text and inline pictures are left."""
    return Markup(_clean(text))


def code(text: str) -> Markup:
    """Python in colours."""
    text = clean(text, 70_000)
    if len(text) > MOST_COLOURED:
        return escape(text)
    # The formatter escapes; its classes are ours.
    return Markup(highlight(text, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True)))


def printed(text: str) -> str:
    """Printed text without the terminal's colours; of a line that was written over, what was left."""
    plain_text: str = strip_ansi(text)  # type: ignore[no-untyped-call]
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in plain_text.split("\n"))
    return clean("\n".join(lines), 20_000)


def picture(kind: str, data: str) -> str:
    """The address of a picture that the page holds itself; nothing where it is none."""
    if kind == "svg":
        # As a picture, an SVG runs no script and loads nothing.
        return "data:image/svg+xml;base64," + base64.b64encode(data.encode("utf-8", "replace")).decode()
    address = f"data:image/{kind};base64,{''.join(data.split())}"
    return address if _PICTURE.fullmatch(address) else ""


@functools.lru_cache(maxsize=512)
def formula(tex: str, block: bool) -> Markup:
    """TeX as MathML; as code where it cannot be read."""
    try:
        if len(tex) > MOST_FORMULA:
            raise ValueError("too long")
        known = tex.strip().replace("<", r"\lt ").replace(">", r"\gt ")
        known = _ENVIRONMENT.sub(lambda m: f"\\{m[1]}{{{_LIKE.get(m[2], m[2])}}}", known)
        tree = ElementTree.fromstring(convert(known, display="block" if block else "inline"))
        return Markup(ElementTree.tostring(_math(tree), encoding="unicode"))
    except Exception:  # whatever it is, it is not known to the converter
        return Markup("<code>{}</code>").format(tex)


def _math(node: ElementTree.Element) -> ElementTree.Element:
    """A tree of elements and attributes that are known; what is not known is only a row."""
    tag = node.tag.removeprefix(_MATH)
    made = ElementTree.Element(tag if tag in _MATH_TAGS else "mrow")
    kept = {n: v for n, v in node.attrib.items() if n in _MATH_ATTRIBUTES and _MATH_VALUE.fullmatch(v)}
    made.attrib.update(kept)
    made.text, made.tail = node.text, node.tail
    made.extend(_math(child) for child in node)
    return made


class _Renderer(IPythonRenderer):
    """nbconvert's, with formulas and code kept aside until everything else is cleaned."""

    def __init__(self, source: str, pictures: Mapping[str, str]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._pictures = pictures
        self._mark = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:20]
        self._kept: list[Markup] = []

    def filled(self, cleaned: str) -> Markup:
        """The cleaned text with what was kept aside, but not inside of a tag."""
        mark = re.compile(f"{self._mark}x(\\d+)x")
        parts = re.split(r"(<[^>]*>)", cleaned)
        for number, part in enumerate(parts):
            parts[number] = mark.sub("" if part.startswith("<") else self._filling, part)
        return Markup("".join(parts))

    def _filling(self, match: re.Match[str]) -> str:
        return str(self._kept[int(match[1])])

    def _aside(self, made: Markup) -> str:
        self._kept.append(made)
        return f"{self._mark}x{len(self._kept) - 1}x"

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").strip().split(" ")[0].lower()
        text = globals()["code"](code) if language in ("python", "py", "python3") else escape(code)
        return self._aside(Markup("<pre><code>{}</code></pre>").format(text))

    def block_math(self, body: str) -> str:
        return self._aside(formula(body, True))

    def inline_math(self, body: str) -> str:
        return self._aside(formula(body, False))

    def latex_environment(self, name: str, body: str) -> str:
        return self._aside(formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", True))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = unquote(url.removeprefix("attachment:"))
        if url.startswith("attachment:") and name in self._pictures:
            words = Markup(text).striptags()
            return self._aside(Markup('<img src="{}" alt="{}">').format(self._pictures[name], words))
        if not _PICTURE.fullmatch(url):
            what = "attached picture" if url.startswith("attachment:") else "picture from elsewhere"
            return f"<em>[{what}: {escape(text)}]</em>"
        return str(super().image(text, url, title))


def _clean(text: str) -> str:
    cleaned = nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return _HEADING.sub(lambda match: f"{match[1]}{min(6, int(match[2]) + 2)}", cleaned)


def _kept(tag: str, name: str, value: str) -> str | None:
    """An attribute's value, or None where it may not stay."""
    if tag == "img" and name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if tag == "a" and name == "href":
        return value if value.lower().startswith(("http:", "https:", "mailto:")) else None
    if name in ("width", "height", "colspan", "rowspan", "start"):
        return value if _NUMBER.fullmatch(value) else None
    return value
