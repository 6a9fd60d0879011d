"""Terms that a list of descriptors is narrowed to: the lexicon is searched, not the descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Collate, JSONObject, Length

from assessments.models import Member
from flavors.category_tree import ordered_branches
from flavors.models import Descriptor, Term

# Terms with so many uses together are read by their index and sorted; more are met on the way.
RARE = 20_000
FEW_TERMS = 1_000
# Of one search; the most used ones.
SEARCHED_TERMS = 2_000

TREE = """
    WITH RECURSIVE tree AS (
        SELECT %s::bigint AS id
        UNION
        SELECT c.id FROM public.flavor_categories AS c JOIN tree ON c.parent_id = tree.id
    )
    SELECT id FROM tree
"""
# Uses index: term_by_category, flavor_terms_canonical_id.
OF_CATEGORIES = """
    WITH own AS (
        SELECT t.id, t.usage_count FROM public.flavor_terms AS t
        WHERE t.category_id = ANY (%s) AND t.canonical_id IS NULL
    ), found AS (
        SELECT id, usage_count FROM own
        UNION ALL
        SELECT a.id, a.usage_count
        FROM public.flavor_terms AS a JOIN own ON a.canonical_id = own.id
    )
    SELECT COALESCE(sum(usage_count), 0),
        CASE WHEN count(*) <= %s THEN COALESCE(array_agg(id), ARRAY[]::bigint[]) END
    FROM found
"""
# By which a bounded number of rows is sorted, so that the planner does not walk along the key.
KEY_AS_TEXT = "key_as_text"


@dataclass(frozen=True)
class TermSet:
    """`uses` as of the last refresh. Of many terms only their `categories` are known."""

    terms: tuple[int, ...]
    uses: int
    is_cut: bool = False
    categories: tuple[int, ...] = ()

    @property
    def by_index(self) -> bool:
        return not self.categories and self.uses <= RARE and len(self.terms) <= FEW_TERMS

    @property
    def lead(self) -> str:
        # Of one term the planner knows itself how often it is met.
        return KEY_AS_TEXT if len(self.terms) > 1 and self.by_index else ""

    def narrow(self, rows: QuerySet[Descriptor]) -> QuerySet[Descriptor]:
        if self.categories:
            own = Q(term__canonical=None, term__category__in=self.categories)
            return rows.filter(own | Q(term__canonical__category__in=self.categories))
        if len(self.terms) == 1:
            return rows.filter(term_id=self.terms[0])
        key = Collate(Cast("pk", TextField()), "C")
        return rows.alias(**{KEY_AS_TEXT: key}).filter(term_id__in=self.terms)


NO_TERMS = TermSet((), 0)


def terms_of_category(category_id: int) -> TermSet:
    """Of the whole branch; a merged term is where its survivor is."""
    with connection.cursor() as cursor:
        cursor.execute(TREE, [category_id])
        tree = [key for (key,) in cursor.fetchall()]
        cursor.execute(OF_CATEGORIES, [tree, FEW_TERMS])
        uses, terms = cursor.fetchone()
    if terms is None or uses > RARE:
        return TermSet((), int(uses), categories=tuple(tree))
    return TermSet(tuple(terms), int(uses))


def terms_like(text: str) -> TermSet:
    """Those with the words in them as they are written, and what was merged into them.

    Of one or two letters: those that begin so. Uses index: term_trigrams, flavor_terms_…_key.
    """
    form = form_of(text)
    begins = Q(letters__range=(1, 2), normalized_form__startswith=form)
    holds = Q(letters__gt=2, normalized_form__contains=form)
    return with_aliases(Term.objects.alias(letters=Length(form)).filter(begins | holds))


def terms_of(text: str) -> TermSet:
    """The term of this id, or of these words; what was merged into it, too."""
    by_key = Q(pk=int(text)) if text.isdecimal() and len(text) < 19 else Q()
    return with_aliases(Term.objects.filter(by_key | Q(normalized_form=form_of(text))))


def with_aliases(terms: QuerySet[Term]) -> TermSet:
    """The most used of them, with what was merged into these."""
    aliases = Term.objects.filter(canonical=OuterRef("pk")).order_by()
    merged = ArraySubquery(aliases.values(use=JSONObject(id="pk", uses="usage_count")))
    rows = terms.order_by("-usage_count", "id").annotate(merged=merged)
    found = list(rows.values_list("id", "usage_count", "merged")[: SEARCHED_TERMS + 1])
    kept = found[:SEARCHED_TERMS]
    uses = {key: own for key, own, _ in kept}
    uses |= {each["id"]: each["uses"] for *_, merged in kept for each in merged}
    return TermSet(tuple(uses), sum(uses.values()), is_cut=len(found) > SEARCHED_TERMS)


def form_of(text: str) -> Func:
    """As it would stand in the lexicon; the planner knows the result."""
    return Func(
        Value(text.replace("\0", "")),
        function="public.normalize_descriptor_text",
        output_field=TextField(),
    )


def categories_in_order() -> list[tuple[int, str]]:
    """(key, name, indented) of each; a parent stands before its children."""
    return [(each.id, each.indented) for each in ordered_branches()]


def member_names(members: set[UUID], user: object) -> dict[UUID, str]:
    """For who may see members; the others know them by the end of the id."""
    may_see = user.has_perm("assessments.view_member")  # type: ignore[attr-defined]
    if not may_see:
        return {key: short(key) for key in members}
    known = dict(Member.objects.filter(pk__in=members).values_list("pk", "display_name"))
    return {key: known.get(key) or short(key) for key in members}


def short(key: UUID) -> str:
    return f"…{str(key)[-8:]}"
