"""Markdown to safe HTML: CommonMark with tables, then sanitised; raw HTML is shown, never run."""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# What is none of these is the same with and without Markdown, but for white space.
_MARKED = re.compile(r"[*_`\[\\&<$]|^\s*(?:[#>+=|~-]|\d+[.)])|^(?: {4}|\t)", re.MULTILINE)


def render_markdown(text: str) -> SafeString:
    """HTML without scripts, styles, images or event handlers; links leave with noreferrer."""
    html = nh3.clean(
        _MARKDOWN.render(text),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
    )
    return SafeString(html)


def one_line(text: str, most: int = 1_000) -> str:
    """Markdown as a line of a list: the words that a learner reads, without any marks.

    Of the first `most` characters: what comes after them is not looked at.
    """
    words = text[:most]
    if _MARKED.search(words):
        words = " ".join(map(_words, _MARKDOWN.parse(words))).replace("$$", "")
    line = " ".join(words.split())
    return f"{line}…" if len(text) > most else line


def _words(block: Token) -> str:
    if block.children is None:
        return block.content
    return "".join(" " if part.type.endswith("break") else part.content for part in block.children)
