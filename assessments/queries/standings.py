"""Where members stand: a search for them, and their ranks in all dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Lower

from assessments.models import (
    AssessmentSession,
    LeaderboardPrevious,
    LeaderboardRow,
    LeaderboardTotal,
    Member,
)
from assessments.models.choices import SessionStatus
from assessments.models.leaderboard import Dimension
from assessments.queries.boards import BOARD, Movement
from assessments.querysets import WORDS, key_in, within
from assessments.reports import dimensions_of, scores_of
from ops.matviews import refreshes_of
from ops.together import rows_of

CHOICES = 20


# --- Percent -------------------------------------------------------------------------------------
def ahead_percent(rank: int, members: int) -> Decimal | None:
    """100 · (1 - percent_rank), as get_lightning_percentile() has it; None for the only one."""
    if members < 2:
        return None
    ahead = 100 * (1 - Decimal(rank - 1) / (members - 1))
    return max(ahead, Decimal()).quantize(Decimal("0.01"), ROUND_HALF_UP)


def top_percent(rank: int, members: int) -> int:
    """100 · rank / members, rounded up: 1 to 100."""
    return min(100, -(-100 * rank // max(members, 1)))


# --- One member ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Standing:
    """In one dimension. Without a rank, `why` says why not."""

    dimension: Dimension
    members: int
    rank: int | None = None
    score: int | None = None
    movement: Movement | None = None
    why: str = ""

    @property
    def ahead(self) -> Decimal | None:
        return ahead_percent(self.rank, self.members) if self.rank else None

    @property
    def top(self) -> int | None:
        return top_percent(self.rank, self.members) if self.rank else None


@dataclass(frozen=True)
class Boards:
    """What the boards say of a member, who may have no row in them."""

    as_of: datetime | None
    entry: LeaderboardRow | None
    before: LeaderboardPrevious | None
    totals: Mapping[str, int]
    # Why they have none.
    absent: str


def boards_for(member: UUID) -> Boards:
    """In one query: all of it is of one moment."""
    found = rows_of(
        view=refreshes_of(BOARD),
        entry=LeaderboardRow.objects.filter(pk=member),
        before=LeaderboardPrevious.objects.filter(pk=member),
        totals=LeaderboardTotal.objects.all(),
        member=candidates().filter(pk=member),
    )
    entry = next(iter(found["entry"]), None)
    return Boards(
        as_of=next((each.refreshed_at for each in found["view"]), None),
        entry=entry,
        before=next(iter(found["before"]), None),
        totals={each.dimension: each.members for each in found["totals"]},
        absent="".join(map(absence, () if entry else found["member"])),
    )


def standings(boards: Boards) -> list[Standing]:
    """In every dimension."""
    return [standing(dimension, boards) for dimension in Dimension]


def standing(dimension: Dimension, boards: Boards) -> Standing:
    members = boards.totals.get(dimension.value, 0)
    rank = getattr(boards.entry, dimension.rank, None)
    if rank is None:
        return Standing(dimension, members, why=boards.absent or "No score in this dimension.")
    movement = Movement(rank, getattr(boards.before, dimension.rank, None))
    return Standing(dimension, members, rank, getattr(boards.entry, dimension.score), movement)


def candidates() -> QuerySet[Member]:
    """With what decides on whether somebody is on a board."""
    completed = AssessmentSession.objects.filter(
        user=OuterRef("pk"), status=SessionStatus.COMPLETED
    )
    return Member.objects.only("is_active").annotate(
        has_completed=Exists(completed),
        has_score=Exists(completed.filter(overall_score__isnull=False)),
    )


def absence(member: Any) -> str:
    """Why somebody is on no board; of `candidates()`."""
    if not member.is_active:
        return "Inactive members have no rank."
    if not member.has_completed:
        return "No completed session."
    if not member.has_score:
        return "No completed session has an overall score."
    return "Not on the board yet: completed, or made active, after it was refreshed."


def section(member_id: UUID, user: Any) -> Mapping[str, Any]:
    """The member page's part: ranks, and the scores of the attempt that they come from."""
    boards = boards_for(member_id)
    entry, shown = boards.entry, standings(boards)
    return {
        "member_id": member_id,
        "standings": shown,
        "entry": entry,
        "why": "" if entry else shown[0].why,
        "scores": list(scores_of(entry)) if entry else [],
        "dimensions": list(dimensions_of(entry.dimensions)) if entry else [],
        "as_of": boards.as_of,
        "may_see_session": user.has_perm("assessments.view_assessmentsession"),
    }


def exported(member_id: UUID) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    return {"leaderboard": LeaderboardRow.objects.filter(pk=member_id).values()}


# --- The check -----------------------------------------------------------------------------------
def differences_in(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a check found wrong, with the members' names."""
    found = figures.get("differences") or []
    keys = {each["member"] for each in found if each["member"]}
    names = dict(Member.objects.filter(pk__in=keys).values_list("pk", "display_name"))
    named = {str(key): name for key, name in names.items()}
    return [
        {
            "board": each["board"],
            "member": each["member"],
            "name": named.get(each["member"], ""),
            "stored": each["stored"],
            "correct": each["by the attempts"],
        }
        for each in found
    ]


# --- Search --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Choice:
    """Somebody whom a search may mean; without a rank, None."""

    member: Member
    rank: int | None


def people_like(text: str, *, by_email: bool) -> list[Member]:
    """By id, by e-mail where `by_email`, or by name: at most one more than CHOICES."""
    if key := key_in(text):
        return list(Member.objects.filter(pk=key))
    if "@" in text and by_email:
        return list(with_email(text))
    return list(named_like(text).order_by()[: CHOICES + 1])


def with_email(text: str) -> QuerySet[Member]:
    """Upper and lower case are the same. Uses index: member_email_is_unique."""
    known = Member.objects.alias(lower_email=Lower("email"))
    return known.filter(lower_email=Lower(Value(text)))


def named_like(text: str) -> QuerySet[Member]:
    """Each word is in the name. Uses index: member_name_trigram."""
    found = Member.objects.all()
    for word in text.split()[:WORDS]:
        found = found.filter(within("display_name", word))
    return found


def choices_of(dimension: Dimension, members: Sequence[Member]) -> list[Choice]:
    """The best rank first; those without one last, by name."""
    board = LeaderboardRow.objects.filter(pk__in=[member.pk for member in members])
    ranks = dict(board.values_list("pk", dimension.rank))
    choices = [Choice(member, ranks.get(member.pk)) for member in members]
    last = float("inf")
    return sorted(choices, key=lambda each: (each.rank or last, each.member.display_name))
