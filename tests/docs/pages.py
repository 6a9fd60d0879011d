"""The README and the pages of docs/, as a reader meets them: blocks of code, links, headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs"
README = ROOT / "README.md"
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """Without comments; a line that ends in a backslash goes on in the next."""
        joined = self.text.replace("\\\n", " ")
        lines = [" ".join(line.split()) for line in joined.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]


def pages() -> list[Path]:
    return [README, *sorted(FOLDER.glob("*.md"))]


def blocks(page: Path, *languages: str) -> list[Block]:
    text = page.read_text()
    found = [
        Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2])
        for match in FENCE.finditer(text)
    ]
    return [block for block in found if not languages or block.language in languages]


def prose(page: Path) -> str:
    """Without its blocks of code."""
    return FENCE.sub("", page.read_text())


def links(page: Path) -> list[str]:
    """Where its links and pictures lead."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
