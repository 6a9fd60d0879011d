"""Every button that takes something away says what, and from how many.

All templates are read, so that no state of a page is left out: a button says what it acts on in
its own words, by a number or by a name. Those that Python names are looked at where they are
shown; of actions, that is tests/test_pages.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
INSIDE_TAG = r"(?:\{%.*?%\}|\{\{.*?\}\}|[^>{])*"
BUTTON = re.compile(rf"<button\b(?P<tag>{INSIDE_TAG})>(?P<text>.*?)</button>", re.DOTALL)
# Of ops/ask.html.
ANSWER = re.compile(r'\byes=(?P<text>"[^"]*"(?:\|add:[\w".: ]+)*|[\w.]+)')
MARKUP = re.compile(r"<kbd.*?</kbd>|<[^>]+>|\{%.*?%\}", re.DOTALL)
DESTROYS = {
    "Cancel", "Discard", "Delete", "End", "Erase", "Hide", "Make", "Merge", "Put", "Reject",
    "Restore", "Retire", "Same:", "Switch", "Take", "Turn", "Undo",
}  # fmt: skip
HARMLESS = {
    "Accept", "Acknowledge", "Add", "Back", "CSV", "Check", "Claim", "Close", "Compare", "Count",
    "Download", "Draw", "Dry", "Export", "Filter", "Go", "Import", "Jump", "Log", "Mark", "Move",
    "Not", "Prepare", "Preview", "Read", "Rebuild", "Recompute", "Refresh", "Regenerate", "Release",
    "Retry", "Run", "Save", "Search", "Show", "Skip", "Start", "Stay", "Two", "Verify", "↑", "↓",
}  # fmt: skip
# Begin with what Python says, and are looked at below or in the tests of their screens.
SAID = re.compile(r"^\{\{|^[\w.]+$|^$")
WHAT = re.compile(r"\{\{|\d|\b(this|the|it|its|all|others)\b|…$")


def buttons() -> Iterator[tuple[str, str]]:
    """(template, words) of every button that sends something."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text()
        found = [m["text"] for m in BUTTON.finditer(text) if 'type="button"' not in m["tag"]]
        found += [m["text"].removeprefix('"') for m in ANSWER.finditer(text)]
        for words in found:
            yield str(path.relative_to(TEMPLATES)), " ".join(MARKUP.sub(" ", words).split())


def test_every_button_that_takes_away_says_what() -> None:
    wrong = []
    for template, words in buttons():
        verb = words.partition(" ")[0].strip('"')
        if verb in DESTROYS:
            wrong += [] if WHAT.search(words) else [f"{template}: {words}"]
        elif verb not in HARMLESS and not SAID.search(words):
            wrong.append(f"{template}: say of {words!r} in this file whether it takes away")

    assert wrong == []
