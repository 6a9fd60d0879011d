"""What the database says: figures, colours, which are stale, whom and what one may choose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Sum

from assessments.models import Member
from flavors.models import Descriptor, FlavorCategory, FlavorWheel, MemberTerm
from flavors.models.choices import CategoryKind, WheelScope, WheelType
from flavors.wheels.colors import Palette
from flavors.wheels.subjects import Subject, key_in

# Of those found by what was typed.
CHOICES, WORDS = 20, 6
# Descriptors: whose are the newest.
LATELY = 5_000
# From one name to the next, as long as they begin with the text.
ITEMS = """
    WITH RECURSIVE found (name, place) AS (
        SELECT first.item_name, 1
        FROM unnest(%(begins)s::text[]) AS begin (text)
        CROSS JOIN LATERAL (
            SELECT d.item_name FROM public.flavor_descriptors AS d
            WHERE d.item_name <> '' AND d.item_name >= begin.text
            ORDER BY d.item_name LIMIT 1
        ) AS first
        UNION
        SELECT next.item_name, f.place + 1
        FROM found AS f
        CROSS JOIN LATERAL (
            SELECT d.item_name FROM public.flavor_descriptors AS d
            WHERE d.item_name <> '' AND d.item_name > f.name
            ORDER BY d.item_name LIMIT 1
        ) AS next
        WHERE starts_with(lower(f.name), lower(%(text)s)) AND f.place < %(limit)s
    )
    SELECT DISTINCT f.name, (
        SELECT d.item_category FROM public.flavor_descriptors AS d
        WHERE d.item_name = f.name AND d.item_name <> '' LIMIT 1
    )
    FROM found AS f WHERE starts_with(lower(f.name), lower(%(text)s))
    ORDER BY f.name LIMIT %(limit)s
"""
CATEGORIES = """
    WITH RECURSIVE found (name, place) AS (
        SELECT first.item_category, 1
        FROM unnest(%(begins)s::text[]) AS begin (text)
        CROSS JOIN LATERAL (
            SELECT t.item_category FROM public.descriptor_item_category_totals AS t
            WHERE t.item_category >= begin.text
            ORDER BY t.item_category LIMIT 1
        ) AS first
        UNION
        SELECT next.item_category, f.place + 1
        FROM found AS f
        CROSS JOIN LATERAL (
            SELECT t.item_category FROM public.descriptor_item_category_totals AS t
            WHERE t.item_category > f.name
            ORDER BY t.item_category LIMIT 1
        ) AS next
        WHERE starts_with(lower(f.name), lower(%(text)s)) AND f.place < %(limit)s
    )
    SELECT DISTINCT f.name FROM found AS f WHERE starts_with(lower(f.name), lower(%(text)s))
    ORDER BY f.name LIMIT %(limit)s
"""
# Stale ones are counted no further.
COUNTED = 10_000


@dataclass(frozen=True)
class Choice:
    """`note` tells those of one name apart."""

    of: str
    name: str
    note: str = ""


# --- Figures -------------------------------------------------------------------------------------
def figures_of(subject: Subject) -> dict[str, Any]:
    """As of the last refresh of the descriptor views."""
    values = [subject.user_id, subject.wheel_type, subject.scope, subject.of or None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.get_wheel_data_fast(%s, %s, %s, %s)::text", values)
        return json.loads(cursor.fetchone()[0])


def palette_for(wheel_type: WheelType) -> Palette:
    """Colours of the category tree, by the names from its root."""
    is_metaphor = wheel_type == WheelType.METAPHOR
    kind = CategoryKind.METAPHOR if is_metaphor else CategoryKind.FLAVOR
    tree = FlavorCategory.objects.filter(kind=kind).order_by()
    rows = {each.pk: (each.parent_id, each.name, each.color) for each in tree}

    def path(key: int | None) -> tuple[str, ...]:
        if key is None:
            return ()
        parent, name, _ = rows[key]
        return (*path(parent), name.lower())

    return {path(key): color for key, (_, _, color) in rows.items() if color}


# --- Stale ones ----------------------------------------------------------------------------------
def with_state(wheels: QuerySet[FlavorWheel]) -> QuerySet[FlavorWheel]:
    """Each with `is_stale`, by the database's own rule."""
    return wheels.annotate(is_stale=needs_regeneration())


def stale_wheels() -> QuerySet[FlavorWheel]:
    return FlavorWheel.objects.filter(needs_regeneration())


def needs_regeneration() -> Func:
    return Func(F("pk"), function="wheel_needs_regeneration", output_field=BooleanField())


def count_of_stale() -> int:
    """Up to COUNTED."""
    return stale_wheels().order_by()[:COUNTED].count()


# --- Choosing ------------------------------------------------------------------------------------
def choices_for(scope: WheelScope, text: str, *, sees_members: bool = True) -> list[Choice]:
    """What the text may mean; one more than CHOICES when there are more."""
    if scope == WheelScope.PERSONAL:
        return members_like(text) if sees_members else members_who_noted(text)
    if scope == WheelScope.CATEGORY:
        return [Choice(name, name) for name in categories_like(text)]
    if scope == WheelScope.ITEM:
        return [Choice(name, name, category) for name, category in items_like(text)]
    return []


def members_like(text: str) -> list[Choice]:
    """By a whole id, or by words of the name, with how much they noted.

    Uses index: member_name_trigram, member_terms_of_member.
    """
    found = Member.objects.filter(Q(pk=key) if (key := key_in(text)) else named(text))
    names = dict(
        found.order_by("display_name", "pk").values_list("pk", "display_name")[: CHOICES + 1]
    )
    noted = MemberTerm.objects.filter(user__in=names).order_by().values_list("user_id")
    counts = dict(noted.annotate(total=Sum("uses")))
    return [Choice(str(key), name, descriptors(counts.get(key, 0))) for key, name in names.items()]


def members_who_noted(text: str) -> list[Choice]:
    """By a whole id, or by its end among those of the newest descriptors. Nothing tells a name.

    Uses index: member_terms_of_member.
    """
    key = key_in(text)
    users = [key] if key else members_of_newest(text.lstrip("…"))[: CHOICES + 1]
    noted = MemberTerm.objects.filter(user__in=users).order_by().values_list("user_id")
    counts = dict(noted.annotate(total=Sum("uses")))
    found = users if not key else [user for user in users if user in counts]
    return [
        Choice(str(user), f"…{str(user)[-8:]}", descriptors(counts.get(user, 0))) for user in found
    ]


def members_of_newest(end: str) -> list[UUID]:
    users = Descriptor.objects.order_by("-pk").values_list("user_id", flat=True)[:LATELY]
    return [user for user in dict.fromkeys(users) if str(user).endswith(end)]


def descriptors(count: int) -> str:
    return f"{count:,} descriptor{'' if count == 1 else 's'}" if count else "no descriptors yet"


def named(text: str) -> Q:
    words = text.split()[:WORDS]
    return Q(*(Q(display_name__icontains=word) for word in words)) if words else Q(pk=None)


def categories_like(text: str) -> list[str]:
    """Of items, as of the last refresh of the descriptor views: those that begin so.

    Uses index: item_category_terms_by_branch, a step for each that is found.
    """
    return [name for (name,) in beginning_with(CATEGORIES, text)]


def items_like(text: str) -> list[tuple[str, str]]:
    """(name, category) of those whose name begins so.

    Uses index: descriptor_of_item, a step for each name that is found.
    """
    return beginning_with(ITEMS, text)


def beginning_with(query: str, text: str) -> list[Any]:
    """In upper or lower case: as the text is typed, and as names are written."""
    begins = sorted({text, text.lower(), text.upper(), text.capitalize(), text.title()})
    with connection.cursor() as cursor:
        cursor.execute(query, {"begins": begins, "text": text, "limit": CHOICES + 1})
        return cursor.fetchall()
