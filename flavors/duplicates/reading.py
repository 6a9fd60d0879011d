"""Reads: clusters of terms that may be one, what a merge would change, merges, dismissals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)

from flavors.models import MemberTerm, MergedTerm, Term, TermDismissal, TermMerge, TermSimilarity
from flavors.models.choices import TermStatus
from flavors.terms.reading import of_aliases
from ops.clusters import clusters_of as connected

# So many of the weightiest pairs make clusters, of so many terms at most.
PAIRS, LARGEST = 2_000, 8


@dataclass(frozen=True)
class Likeness:
    """Why a term stands in a cluster: with which other one it was found, and how."""

    pair: TermSimilarity
    other: Term


@dataclass(frozen=True)
class Candidate:
    """Ticked: the one to keep, and what is like it; not what is like those only."""

    term: Any
    reasons: list[Likeness]
    is_ticked: bool


@dataclass(frozen=True)
class Cluster:
    """The one to keep first: approved, then the most used."""

    candidates: list[Candidate]


@dataclass(frozen=True)
class Preview:
    """What a merge makes of `kept`: `uses` and `members` are of all of them together."""

    kept: Any
    others: list[Any]
    aliases: int
    uses: int
    members: int


def with_aliases(terms: QuerySet[Term]) -> QuerySet[Any]:
    """`alias_count`, and `all_uses` with those of what was merged into each."""
    return of_aliases(terms.select_related("category__parent")).annotate(
        all_uses=F("usage_count") + F("alias_uses")
    )


def similar_pairs(method: str = "") -> QuerySet[TermSimilarity]:
    """To decide on: not dismissed, and both stand for themselves. Uses index:
    term_similarity_by_weight."""
    dismissed = TermDismissal.objects.filter(first=OuterRef("first"), second=OuterRef("second"))
    pairs = TermSimilarity.objects.filter(
        ~Exists(dismissed), first__canonical=None, second__canonical=None
    )
    pairs = pairs.exclude(first__status=TermStatus.REJECTED)
    pairs = pairs.exclude(second__status=TermStatus.REJECTED)
    pairs = pairs.filter(method=method) if method else pairs
    return pairs.order_by("-weight", "-similarity", "id")


def cluster_keys(method: str = "") -> list[tuple[float, list[int]]]:
    pairs = similar_pairs(method).values_list("first_id", "second_id", "weight")[:PAIRS]
    return connected(pairs, largest=LARGEST)


def clusters_from(chosen: Iterable[tuple[float, list[int]]], method: str = "") -> list[Cluster]:
    """With the reasons of each term, in two queries."""
    groups = [keys for _, keys in chosen]
    wanted = [key for keys in groups for key in keys]
    rows = with_aliases(Term.objects.all()).in_bulk(wanted)
    pairs = list(similar_pairs(method).filter(first__in=wanted, second__in=wanted))
    return [
        Cluster(candidates([rows[key] for key in keys if key in rows], pairs)) for keys in groups
    ]


def candidates(terms: list[Any], pairs: Sequence[TermSimilarity]) -> list[Candidate]:
    """A pair is told at the one of the two that stands later."""
    ordered = sorted(terms, key=keep_first)
    place = {term.pk: number for number, term in enumerate(ordered)}
    found: dict[int, list[Likeness]] = {term.pk: [] for term in ordered}
    for pair in pairs:
        if pair.first_id in place and pair.second_id in place:
            one, other = sorted((pair.first_id, pair.second_id), key=place.__getitem__)
            found[other].append(Likeness(pair, ordered[place[one]]))
    kept = ordered[:1]
    return [
        Candidate(term, why, term in kept or any(each.other in kept for each in why))
        for term in ordered
        for why in [found[term.pk]]
    ]


def keep_first(term: Any) -> tuple[bool, int, int]:
    return term.status != TermStatus.APPROVED, -term.all_uses, term.pk


def preview(survivor: int, duplicates: Collection[int]) -> Preview | None:
    """None if one of them is gone."""
    keys = {survivor, *duplicates}
    rows = with_aliases(Term.objects.all()).in_bulk(keys)
    if len(rows) < len(keys):
        return None
    kept = rows.pop(survivor)
    everything = Term.objects.filter(Q(pk__in=keys) | Q(canonical__in=keys))
    # Uses index: the primary key.
    members = MemberTerm.objects.filter(term__in=everything.values("pk"))
    return Preview(
        kept=kept,
        others=sorted(rows.values(), key=keep_first),
        aliases=sum(row.alias_count for row in rows.values()),
        uses=kept.all_uses + sum(row.all_uses for row in rows.values()),
        members=members.aggregate(n=Count("user", distinct=True))["n"],
    )


def standing_merges() -> QuerySet[TermMerge]:
    """Not undone, the latest first. Uses index: term_merge_stands."""
    parts = MergedTerm.objects.select_related("term")
    return (
        TermMerge.objects.filter(undone_at=None)
        .select_related("survivor", "merged_by")
        .prefetch_related(Prefetch("parts", parts))
    )


def dismissals() -> QuerySet[TermDismissal]:
    return TermDismissal.objects.select_related("first", "second", "dismissed_by")
