"""What the tasting notes say as a whole, and of one member: figures as of the last refresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from flavors.models import Descriptor, FlavorWheel
from flavors.models.choices import DescriptorType, WheelScope, WheelType
from flavors.wheels.comparing import signed
from ops.caching import remembered
from ops.rows import whole_rows

DAYS, MONTHS, TOP, TOP_OF_MEMBER = 30, 36, 25, 10
# Terms that are compared: the most used; and how many are shown on each side.
COMPARED, SHOWN = 1_000, 12

BY_TYPE = """
    SELECT s.descriptor_type, sum(s.usage_count)::bigint, sum(s.ai_count)::bigint
    FROM public.mv_category_descriptor_summary AS s
    GROUP BY s.descriptor_type ORDER BY 2 DESC, 1
"""
BY_CATEGORY = """
    SELECT COALESCE(s.category, 'Uncategorised'), sum(s.usage_count)::bigint,
        sum(s.ai_count)::bigint
    FROM public.mv_category_descriptor_summary AS s
    GROUP BY 1 ORDER BY 2 DESC, 1
"""
BY_TERM = """
    SELECT top.text, sum(t.uses)::bigint, sum(t.ai_uses)::bigint
    FROM public.get_top_descriptors(NULL, NULL, NULL, %s) AS top
    JOIN public.flavor_terms AS raw ON raw.id = top.term_id OR raw.canonical_id = top.term_id
    JOIN public.descriptor_term_totals AS t ON t.term_id = raw.id
    GROUP BY top.term_id, top.text
"""
BY_DAY = "SELECT * FROM public.get_descriptor_timeline(%s, %s)"
BY_MONTH = """
    SELECT m.month, m.uses, m.ai_uses FROM public.descriptor_months AS m
    ORDER BY m.month DESC LIMIT %s
"""
OF_MEMBER = """
    SELECT (SELECT count(*) FROM public.flavor_wheels AS w WHERE w.user_id = %s), s.*
    FROM public.get_user_descriptor_stats(%s) AS s
"""
# What takes some hundredths of a second, by what it is called in the cache.
KEPT: Mapping[str, tuple[Any, ...]] = {"terms": (BY_TERM, COMPARED), "days": (BY_DAY, None, DAYS)}


@dataclass(frozen=True)
class Uses:
    """How often something was noted, and how often of that a model found it."""

    name: str
    uses: int
    ai_uses: int

    @property
    def typed(self) -> int:
        return self.uses - self.ai_uses


@dataclass(frozen=True)
class Leaning:
    """Shares (0 to 1) of one name in what models found and in what people typed."""

    name: str
    ai_share: float
    typed_share: float

    @property
    def points(self) -> float:
        """Of models above people, -100 to 100."""
        return 100 * (self.ai_share - self.typed_share)

    @property
    def signed(self) -> str:
        return signed(self.points)

    @property
    def ai_percent(self) -> str:
        return f"{self.ai_share:.1%}"

    @property
    def typed_percent(self) -> str:
        return f"{self.typed_share:.1%}"


@dataclass(frozen=True)
class TopTerm:
    text: str
    type: str
    category: str
    subcategory: str
    uses: int
    term_id: int

    @property
    def type_label(self) -> str:
        return DescriptorType(self.type).label


@dataclass(frozen=True)
class Day:
    """One of UTC's; `count` descriptors of `terms` different terms."""

    day: date
    count: int
    terms: int
    intensity: float | None


@dataclass(frozen=True)
class MemberFigures:
    """The columns of get_user_descriptor_stats(), in their order."""

    total: int
    unique: int
    aroma: int
    flavor: int
    texture: int
    defect: int
    metaphor: int
    mouthfeel: int
    ai: int
    intensity: float | None
    top_descriptor: str | None
    top_category: str | None
    first: datetime | None
    last: datetime | None


# --- Of everybody --------------------------------------------------------------------------------
def by_type() -> list[Uses]:
    found = [Uses(*row) for row in rows(BY_TYPE)]
    return [Uses(DescriptorType(each.name).label, each.uses, each.ai_uses) for each in found]


def by_category() -> list[Uses]:
    return [Uses(*row) for row in rows(BY_CATEGORY)]


def by_term() -> list[Uses]:
    """Of the most used terms."""
    return [Uses(*row) for row in kept_rows(figure="terms")]


def by_month() -> list[Uses]:
    """Months with a descriptor, the oldest first; those that were archived too."""
    return [
        Uses(f"{month:%Y-%m}", uses, ai) for month, uses, ai in reversed(rows(BY_MONTH, MONTHS))
    ]


def leanings(found: Iterable[Uses]) -> list[Leaning]:
    """What models find more often than people first. Empty unless both noted something."""
    known = list(found)
    ai, typed = sum(each.ai_uses for each in known), sum(each.typed for each in known)
    if not ai or not typed:
        return []
    made = [Leaning(each.name, each.ai_uses / ai, each.typed / typed) for each in known]
    return sorted(made, key=lambda each: (-each.points, each.name))


# --- Of everybody, or of a member ----------------------------------------------------------------
def top_terms(
    member_id: UUID | None = None, descriptor_type: str | None = None, limit: int = TOP
) -> list[TopTerm]:
    statement = "SELECT * FROM public.get_top_descriptors(%s, %s, NULL, %s)"
    return [
        TopTerm(text, kind, category or "", subcategory or "", uses, key)
        for text, kind, category, subcategory, uses, key in rows(
            statement, member_id, descriptor_type, limit
        )
    ]


def by_day(member_id: UUID | None = None) -> list[Day]:
    """The last days, today the last, those without a descriptor too."""
    found = rows(BY_DAY, member_id, DAYS) if member_id else kept_rows(figure="days")
    return [Day(*row) for row in found]


# --- Of a member ---------------------------------------------------------------------------------
def section(member_id: UUID, user: Any) -> dict[str, Any]:
    """The member page's; as many queries for much as for nothing."""
    [(wheels, *found)] = rows(OF_MEMBER, member_id, member_id)
    figures = MemberFigures(*found)
    return {
        "member_id": member_id,
        "figures": figures,
        "types": [(kind.label, getattr(figures, kind.value)) for kind in DescriptorType],
        "top": top_terms(member_id, limit=TOP_OF_MEMBER),
        "wheels": wheels,
        "sees_wheels": user.has_perm("flavors.view_flavorwheel"),
        "scope": WheelScope.PERSONAL.value,
        "wheel_types": WheelType.choices,
    }


def exported(member_id: UUID) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    return {
        "descriptors": whole_rows(Descriptor.objects.filter(user=member_id)),
        "flavor_wheels": whole_rows(FlavorWheel.objects.filter(user=member_id)),
    }


@remembered("tasting-statistics")
def kept_rows(*, figure: str) -> list[tuple[Any, ...]]:
    return rows(*KEPT[figure])


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
