"""Item statistics as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from quizbank.models import ChoiceStatistic, ItemStatistic, Question, QuestionRevision
from quizbank.models.item_statistics import Flag

# Fewer learners than this raise no flag (compute_item_statistics).
LEAST = 20

ADVICE = {
    Flag.WRONG_KEY: "Those who do well elsewhere avoid the choice that is marked as right. Check"
    " the key first.",
    Flag.FLAT: "Able and weak learners answer it alike (index under 30). Look for a second"
    " defensible choice, an ambiguous stem, or a hint that gives the answer away.",
    Flag.POOR: "It tells able learners from others only a little (index under 50). Sharpen the stem"
    " or the wrong choices.",
    Flag.VERY_HARD: "Fewer than one in five get it right. Is it taught, and is the wording clear?",
    Flag.ATTRACTIVE: "A wrong choice is taken rather by those who do well elsewhere. It may be"
    " defensible: reword it, or accept it.",
    Flag.NOBODY: "Under 5 % take a wrong choice. Replace it by a mistake that people make.",
}

# The chart of a choice: three bars of 0 to 100 percent.
BAR, GAP, HEIGHT = 14, 4, 40


@dataclass(frozen=True)
class Advice:
    label: str
    text: str


@dataclass(frozen=True)
class Bar:
    label: str
    x: int
    y: int
    height: int
    share: Decimal


@dataclass(frozen=True)
class ChoiceFigures:
    text: str
    statistic: ChoiceStatistic
    bars: list[Bar]
    # What is odd about it, if anything.
    oddity: str


@dataclass(frozen=True)
class ItemFigures:
    """Of `revision`; `statistic` is None while nobody met it."""

    revision: QuestionRevision
    revisions: list[QuestionRevision]
    is_live: bool
    statistic: ItemStatistic | None = None
    advice: list[Advice] = field(default_factory=list)
    choices: list[ChoiceFigures] = field(default_factory=list)
    is_small: bool = False
    chart_width: int = 3 * BAR + 2 * GAP
    chart_height: int = HEIGHT


def figures_of(question: Question, number: str = "") -> ItemFigures | None:
    """Of the published revision, or of the one with this number; None before the first."""
    known = question.revisions.select_related("statistics")
    revisions = list(known.defer("created_at", "content_hash", "reason"))
    by_number = {str(revision.number): revision for revision in revisions}
    by_key = {revision.pk: revision for revision in revisions}
    live = question.published_revision_id
    shown = by_number.get(number) or (by_key.get(live) if live else None)
    if shown is None:
        return None
    is_live = shown.pk == live
    statistic: ItemStatistic | None = getattr(shown, "statistics", None)
    if statistic is None:
        return ItemFigures(shown, revisions, is_live)
    return ItemFigures(
        shown,
        revisions,
        is_live,
        statistic,
        advice=advice_on(statistic.flags),
        choices=choices_of(shown),
        is_small=statistic.n < LEAST,
    )


def advice_on(flags: Iterable[str]) -> list[Advice]:
    """The worst first."""
    raised = set(flags)
    return [Advice(str(flag.label), ADVICE[flag]) for flag in Flag if flag.value in raised]


def choices_of(revision: QuestionRevision) -> list[ChoiceFigures]:
    found = {row.choice_id: row for row in ChoiceStatistic.objects.filter(revision=revision)}
    return [
        ChoiceFigures(
            choice["text"],
            found[choice["id"]],
            bars_of(found[choice["id"]]),
            oddity_of(found[choice["id"]]),
        )
        for choice in revision.content["choices"]
        if choice["id"] in found
    ]


def bars_of(row: ChoiceStatistic) -> list[Bar]:
    """Weak, middle, able: a key rises from left to right, a distractor falls."""
    bands = (
        ("bottom 27 %", row.bottom_share),
        ("middle", row.middle_share),
        ("top 27 %", row.top_share),
    )
    return [drawn(label, share or Decimal(0), place) for place, (label, share) in enumerate(bands)]


def drawn(label: str, share: Decimal, place: int) -> Bar:
    height = max(1, round(share * HEIGHT / 100))
    return Bar(label, place * (BAR + GAP), HEIGHT - height, height, share)


def oddity_of(row: ChoiceStatistic) -> str:
    r = row.point_biserial
    if row.is_key:
        return "The able avoid it" if r is not None and r < 0 else ""
    if r is not None and r > 0:
        return "The able take it"
    return "Nearly nobody takes it" if row.share is not None and row.share < 5 else ""
