"""Reads: the list of terms, and what is known of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from flavors.models import Term, TermMonth

# Spellings are those of the latest descriptors: a usual word has hundreds of thousands.
LATEST, SPELLINGS, ALIASES, NEIGHBOURS, MONTHS = 1_000, 20, 50, 12, 24
FREQUENT = 20_000
# Uses index: descriptor_of_term, and the rows are sorted; of a term that is met again and again on
# the way the primary key, backwards.
AS_TYPED = """
    SELECT d.descriptor_text, count(*), max(d.created_at)
    FROM public.flavor_terms AS t
    CROSS JOIN LATERAL (
        (
            SELECT f.descriptor_text, f.created_at FROM public.flavor_descriptors AS f
            WHERE t.usage_count <= %(frequent)s AND f.term_id = t.id
            ORDER BY f.id::text COLLATE "C" DESC LIMIT %(latest)s
        )
        UNION ALL
        (
            SELECT f.descriptor_text, f.created_at FROM public.flavor_descriptors AS f
            WHERE t.usage_count > %(frequent)s AND f.term_id + 0 = t.id
            ORDER BY f.id DESC LIMIT %(latest)s
        )
    ) AS d
    WHERE t.id = ANY (%(terms)s::bigint[])
    GROUP BY d.descriptor_text
    ORDER BY 2 DESC, 1
    LIMIT %(shown)s
"""
NEAR = """
    SELECT s.id, s.text, s.category, s.subcategory, s.usage_count, s.similarity
    FROM public.find_similar_descriptors(%s, NULL, NULL, 0.3, %s) AS s
"""


@dataclass(frozen=True)
class Spelling:
    text: str
    uses: int
    last_used_at: Any


@dataclass(frozen=True)
class Neighbour:
    key: int
    text: str
    category: str
    uses: int
    similarity: float

    @property
    def percent(self) -> int:
        return round(self.similarity * 100)


def month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def whole_months() -> tuple[date, date]:
    """First days of the last whole month (UTC) and of the one before it."""
    today = timezone.now()
    last = month_before(date(today.year, today.month, 1))
    return last, month_before(last)


def uses_in(month: date) -> Any:
    """Of a term by itself. Uses index: the primary key."""
    found = TermMonth.objects.filter(term=OuterRef("pk"), month=month).order_by()
    total = found.values("term").annotate(n=Sum("uses")).values("n")
    return Coalesce(Subquery(total), 0, output_field=IntegerField())


def of_aliases(terms: QuerySet[Term]) -> QuerySet[Any]:
    """With `alias_count` and `alias_uses`, of what was merged into each. Uses index:
    term_is_merged."""
    aliases = Term.objects.filter(canonical=OuterRef("pk")).order_by().values("canonical")
    count, uses = (
        Coalesce(Subquery(aliases.annotate(n=n).values("n")), 0, output_field=IntegerField())
        for n in (Count("pk"), Sum("usage_count"))
    )
    return terms.annotate(alias_count=count, alias_uses=uses)


def listed(terms: QuerySet[Term]) -> QuerySet[Any]:
    """With `month_uses` and `earlier_uses`, too: computed for the rows of a page only."""
    last, earlier = whole_months()
    return of_aliases(terms.select_related("category__parent", "canonical")).annotate(
        month_uses=uses_in(last), earlier_uses=uses_in(earlier)
    )


def normalized(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.normalize_descriptor_text(%s)", [text])
        return str(cursor.fetchone()[0])


def matching(terms: QuerySet[Term], text: str) -> QuerySet[Term]:
    """With the text in it; where there is none, and three letters, those that are like it.

    Uses index: flavor_terms_normalized_form_key for one or two letters, else term_trigrams.
    """
    form = normalized(text.replace("\0", ""))
    if not form:
        return terms.none()
    if len(form) < 3:
        return terms.filter(normalized_form__startswith=form)
    inside = terms.filter(normalized_form__contains=form)
    if inside.order_by().values("pk")[:1]:
        return inside
    return terms.filter(normalized_form__trigram_similar=form)


def family(term: Term) -> list[int]:
    """The term with what was merged into it. Uses index: term_is_merged."""
    aliases = Term.objects.filter(canonical=term).order_by("-usage_count", "pk")
    return [term.pk, *aliases.values_list("pk", flat=True)[:ALIASES]]


def spellings(terms: list[int]) -> list[Spelling]:
    with connection.cursor() as cursor:
        cursor.execute(
            AS_TYPED,
            {"terms": terms, "latest": LATEST, "shown": SPELLINGS, "frequent": FREQUENT},
        )
        return [Spelling(*row) for row in cursor.fetchall()]


def neighbours(term: Term) -> list[Neighbour]:
    """Most alike first; not itself, and not what it was merged into."""
    with connection.cursor() as cursor:
        cursor.execute(NEAR, [term.normalized_form, NEIGHBOURS + 2])
        rows = cursor.fetchall()
    own = {term.pk, term.canonical_id}
    return [
        Neighbour(key, text, " / ".join(filter(None, (top, sub))), uses, alike)
        for key, text, top, sub, uses, alike in rows
        if key not in own
    ][:NEIGHBOURS]


def uses_by_month(terms: Iterable[int]) -> list[tuple[date, int, int]]:
    """(first day, uses, of these by AI) of the last 24 months, also those without any."""
    rows = (
        TermMonth.objects.filter(term__in=list(terms))
        .order_by()
        .values("month")
        .annotate(n=Sum("uses"), ai=Sum("ai_uses"))
    )
    found = {row["month"]: (row["n"], row["ai"]) for row in rows}
    today = timezone.now()
    months = [date(today.year, today.month, 1)]
    while len(months) < MONTHS:
        months.append(month_before(months[-1]))
    return [(month, *found.get(month, (0, 0))) for month in reversed(months)]


# autocomplete_descriptors() tells texts, each of which is one term's.
BEGINNING = """
    SELECT t.id, a.text, a.category, a.usage_count
    FROM public.autocomplete_descriptors(%s, NULL, NULL, NULL, 10) WITH ORDINALITY
        AS a (text, type, category, usage_count, match_type, place)
    JOIN public.flavor_terms AS t
        ON t.normalized_form = public.normalize_descriptor_text(a.text)
    ORDER BY a.place
"""


@dataclass(frozen=True)
class Found:
    key: int
    text: str
    category: str | None
    uses: int

    @property
    def note(self) -> str:
        uses = "1 use" if self.uses == 1 else f"{self.uses:,} uses"
        return f"{uses} · {self.category}" if self.category else uses


def beginning_with(text: str) -> list[Found]:
    """The most used terms that begin so, else what is like it; none for no letter."""
    if not normalized(text.replace("\0", "")):
        return []
    with connection.cursor() as cursor:
        cursor.execute(BEGINNING, [text.replace("\0", "")])
        return [Found(*row) for row in cursor.fetchall()]
