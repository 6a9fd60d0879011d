"""HTML of other systems as Markdown. Scripts and styles go, figures become their names."""

from __future__ import annotations

import re
from urllib.parse import unquote

MARKUP = re.compile(r"[<&]")
FILE = re.compile(r"(?:@@PLUGINFILE@@/|.*/)?([^/?#]+)(?:[?#].*)?", re.DOTALL)


def to_markdown(html: str) -> str:
    """Raises ValueError."""
    return convert(html)[0]


def convert(html: str) -> tuple[str, list[dict[str, str]]]:
    """(Markdown, figures as {"name", "alt"}). Raises ValueError."""
    if not MARKUP.search(html):
        return html.strip(), []
    # Slow to load, and no process needs them at its start.
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup
    from markdownify import MarkdownConverter

    try:
        soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")
        for tag in soup(["script", "style"]):
            tag.decompose()
        figures = [figure for tag in soup("img") if (figure := figure_of(tag))]
        converter = MarkdownConverter(heading_style="atx", bullets="-", escape_underscores=True)
        text = converter.convert_soup(soup)
    except (ParserRejectedMarkup, RecursionError):
        raise ValueError(
            "The HTML of this text cannot be read: it is broken or too deep."
        ) from None
    return re.sub(r"\n{3,}", "\n\n", text).strip(), figures


def figure_of(tag: object) -> dict[str, str] | None:
    """In its place stays its name in brackets."""
    source, alt = str(tag.get("src") or ""), str(tag.get("alt") or "")  # type: ignore[attr-defined]
    found = None if source.startswith("data:") else FILE.fullmatch(unquote(source))
    name = found[1].strip() if found else ""
    tag.replace_with(f"[{alt or name or 'figure'}]")  # type: ignore[attr-defined]
    if not name:
        return None
    return {"name": name[:200]} | ({"alt": alt} if alt else {})
