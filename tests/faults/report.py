"""What was broken, what was done meanwhile, and what holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.faults.book import Book
from tests.faults.checks import Found
from tests.faults.rounds import Rounds


def table(title: str, counted: Counter[str]) -> list[str]:
    lines = [f"  {many:7,}  {what}" for what, many in counted.most_common() if many]
    return [f"\n{title}", *(lines or ["        0"])]


def report(rounds: Rounds, book: Book, found: Sequence[Found], *, seconds: float) -> list[str]:
    scene = rounds.scene
    lines = [
        *table(f"Killed: {rounds.killed:,}", scene.hits),
        *table("Rounds, and what was broken through each", rounds.lasted),
        *table("Alerts that opened, and closed in the rest", rounds.alerts),
        *table("Done", book.done),
        *table("Broke off, and was done again", book.again),
        *table("Processes started", scene.crew.starts),
        "\nHolds",
    ]
    for each in found:
        lines.append(f"  {'NOT  ' if each.wrong else 'yes  '}{each.title}: {each.figure}")
        lines += [f"         {text}" for text in each.wrong]
    for text, times in Counter(book.wrong).items():
        lines.append(f"  NOT  {text}" + (f" ({times:,} times)" if times > 1 else ""))
    lines.append(f"\n{seconds / 60:.1f} minutes; the longest rest {rounds.longest_rest:.0f} s.")
    return lines
