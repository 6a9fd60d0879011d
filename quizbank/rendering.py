"""Markdown to safe HTML: CommonMark with tables, then sanitised; raw HTML is shown, never run."""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


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


def one_line(text: str) -> str:
    """Markdown as a line of a list: without code marks, fences and line breaks."""
    return " ".join(re.sub(r"```\w*|`", "", text).split())
