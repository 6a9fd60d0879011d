"""What a page must not hold: hostile text that came alive, or what the policy forbids.

Also what a browser would send from a page's forms.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.http import HttpResponse

from tests.hostile import EVALUATED, HOSTILE

POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
# Script elements that only hold data.
DATA_TYPES = {"application/json"}
# What a form sends and a link leads to is for programs: 1234567, and not 1,234,567.
SENT = ("value", "href", "action", "formaction")
SEPARATED = re.compile(r"(?<![\w,])\d{1,3}(,\d{3})+(?![\w,])")
SUBMIT = re.compile(r'<button(?![^>]*type="button")[^>]*>(.*?)</button>', re.DOTALL)
# Attributes that Alpine and htmx evaluate.
EVALUATING = ("x-", "@", ":", "hx-on")


class Reader(HTMLParser):
    """Collects `complaints` while it is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "data-hostile" in values:
            self.complaints.append(f"hostile element <{tag}>")
        if tag == "script" and "src" not in values and values.get("type") not in DATA_TYPES:
            self.complaints.append("inline script")
        if tag == "style" and values.get("id") != "unfold-theme-colors":
            self.complaints.append("inline style")
        if tag in ("iframe", "frame", "object", "embed", "base"):
            self.complaints.append(f"<{tag}>")
        for name, value in values.items():
            if name.startswith("on") or name == "style":
                self.complaints.append(f"inline {name}={value!r}")
            if name.startswith(EVALUATING) and "hostile" in value:
                self.complaints.append(f"hostile text evaluated in {name}={value!r}")
            if value.strip().lower().startswith("javascript:"):
                self.complaints.append(f"script in {name}={value!r}")
            if name in SENT and SEPARATED.search(value):
                self.complaints.append(f"a number for people in {name}={value!r}")
            if "//" in value and name in ("src", "srcset") and not value.startswith("data:"):
                self.complaints.append(f"foreign host in {name}={value!r}")


def policy_of(answer: HttpResponse) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {name: value for name, _, value in (part.strip().partition(" ") for part in parts)}


def complaints(answer: HttpResponse, policy: dict[str, str] = POLICY) -> list[str]:
    """Empty for a page as it should be. JSON may hold any text: it says that it is JSON."""
    found = [] if policy_of(answer) == policy else [f"policy {policy_of(answer)}"]
    if not answer.headers["Content-Type"].startswith("text/html"):
        return found
    text = answer.content.decode()
    reader = Reader()
    reader.feed(text)
    reader.close()
    if HOSTILE in text:
        found.append("hostile text as it is")
    if EVALUATED in text:
        found.append("hostile text evaluated as a template")
    return found + reader.complaints


class FormReader(HTMLParser):
    """Collects `fields`: name → values, of every form of the page; buttons are not pressed.

    `texts` are the names of those that a person types into.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.texts: set[str] = set()
        self._open: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            self.fields.setdefault(self._select, []).append(values.get("value", ""))
        elif tag == "textarea" and name:
            self._open = name
            self.texts.add(name)
            self.fields.setdefault(name, []).append("")
        elif tag == "input" and name and sends(values):
            kind = values.get("type", "text")
            empty = "on" if kind in ("checkbox", "radio") else ""
            self.fields.setdefault(name, []).append(values.get("value", empty))
            if kind == "text":
                self.texts.add(name)

    def handle_data(self, data: str) -> None:
        if self._open:
            # The parser of HTML drops the line break after the tag; so does a browser.
            self.fields[self._open][-1] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._open = None
        elif tag == "select":
            self._select = None


def submits(answer: HttpResponse) -> list[str]:
    """The words on the buttons of the forms that the page's own part sends."""
    text = answer.content.decode()
    main = text[text.index('id="content"') :]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', main, re.DOTALL)
    found = [words for form in forms for words in SUBMIT.findall(form)]
    return [" ".join(re.sub(r"<[^>]+>", " ", words).split()) for words in found]


def sends(values: dict[str, str]) -> bool:
    kind = values.get("type", "text")
    if "disabled" in values or kind in ("submit", "button", "file", "image", "reset"):
        return False
    return kind not in ("checkbox", "radio") or "checked" in values


def form_of(answer: HttpResponse, *, typed: str | None = None) -> dict[str, list[str]]:
    """What a browser would send; with `typed`, after somebody typed it into every text field."""
    reader = FormReader()
    reader.feed(answer.content.decode())
    reader.close()
    texts = reader.texts if typed is not None else set()
    return reader.fields | {name: [str(typed)] for name in texts}
