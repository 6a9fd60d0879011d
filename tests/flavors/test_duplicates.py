"""Duplicate terms: found by a run, merged, undone, dismissed."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from flavors.duplicates import comparing, merging, reading
from flavors.models import Term, TermDismissal, TermMerge, TermSimilarity
from ops.models import AuditEntry, Run
from ops.work import Refused, Work
from tests.flavors.tasting import canonical_of, learner, note, run, term_of

LIST = "/admin/flavors/termsimilarity/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def editing(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def term(text: str, uses: int = 0, **given: Any) -> Term:
    made = Term.objects.create(display_text=text, **given)
    Term.objects.filter(pk=made.pk).update(usage_count=uses)
    made.refresh_from_db()
    return made


def lexicon(*texts: str) -> list[Term]:
    """The more used first."""
    return [term(text, 100 - place) for place, text in enumerate(texts)]


def find(user: int | None = 1) -> dict[str, Any]:
    work = Work(uuid4(), comparing.COMPARISON, "", {}, 1, user)
    return dict(comparing.find_duplicate_terms(work).figures)


def clusters(method: str = "") -> list[list[str]]:
    found = reading.clusters_from(reading.cluster_keys(method), method)
    return [[each.term.display_text for each in cluster.candidates] for cluster in found]


def keys(*terms: Term) -> list[int]:
    return [each.pk for each in terms]


def into(*terms: Term) -> list[int | None]:
    return [Term.objects.get(pk=each.pk).canonical_id for each in terms]


# --- The run -------------------------------------------------------------------------------------
def test_three_methods_find_their_pairs() -> None:
    lexicon("red fruit", "fruit red", "rose wood", "rosewood", "raisin", "rasin", "chalk")

    assert find()["pairs"] == 3

    assert sorted(TermSimilarity.objects.values_list("method", flat=True)) == [
        "2-gram",
        "edit distance",
        "fingerprint",
    ]
    assert clusters("fingerprint") == [["red fruit", "fruit red"]]
    assert clusters("2-gram") == [["rose wood", "rosewood"]]
    assert clusters("edit distance") == [["raisin", "rasin"]]


def test_the_most_used_and_most_alike_come_first() -> None:
    term("raisin", 5), term("rasin", 1), term("astringent", 5), term("astringnet", 1)
    term("caramel", 900), term("carmel", 3)
    find()

    assert clusters() == [["caramel", "carmel"], ["astringent", "astringnet"], ["raisin", "rasin"]]


def test_another_run_keeps_up_and_a_schedule_waits_for_something_to_compare() -> None:
    first, _ = lexicon("raisin", "rasin")
    figures = find()
    assert figures == {"pairs": 1, "added": 1, "gone": 0, "newest": Term.objects.latest("pk").pk}
    Run.objects.create(
        operation=comparing.COMPARISON,
        status="completed",
        figures=figures,
        started_at="2026-01-01T00:00Z",
        finished_at="2999-01-01T00:00Z",
    )
    assert find(user=None) == {}
    raisins = term("raisins", 1)
    assert comparing.terms_since(comparing.last_comparison()) == 1
    assert find(user=None)["added"] == 1
    Term.objects.filter(pk=raisins.pk).update(status="rejected")
    Term.objects.filter(pk=first.pk).update(usage_count=7)
    assert (find()["gone"], clusters()) == (0, [["rasin", "raisin"]])


def test_a_group_grows_no_larger_than_a_person_can_look_at() -> None:
    lexicon(*("malt" + letter for letter in "abcdefghijkl"))
    find()
    assert next(len(cluster) for cluster in clusters()) == reading.LARGEST


def test_only_what_is_like_the_one_to_keep_is_ticked() -> None:
    lexicon("raspberry", "rasberry", "cranberry")
    find()
    (cluster,) = reading.clusters_from(reading.cluster_keys())
    ticked = [each.term.display_text for each in cluster.candidates if each.is_ticked]
    assert (len(cluster.candidates), ticked) == (3, ["raspberry", "rasberry"])


# --- Merging -------------------------------------------------------------------------------------
def test_a_merge_makes_aliases_and_is_undone_exactly(editor: User) -> None:
    ada = learner("Ada")
    for text in ("Raisin", "rasin", "raisins"):
        note(ada, text)
    raisin, rasin, raisins = (term_of(text) for text in ("raisin", "rasin", "raisins"))
    find()

    done = merging.merge_terms(survivor=raisin.pk, duplicates=keys(raisin, rasin), user=editor)

    assert done == "1 term merged into “Raisin”."
    assert canonical_of("RASIN") == "Raisin"
    assert clusters() == [["Raisin", "raisins"]]
    merge = TermMerge.objects.get()
    assert merging.undo_merge(merge=merge.pk, user=editor) == (
        "1 term: no longer merged into “Raisin”."
    )
    assert into(raisin, rasin, raisins) == [None, None, None]
    assert [sorted(each) for each in clusters()] == [["Raisin", "raisins", "rasin"]]
    with pytest.raises(Refused, match="undone already"):
        merging.undo_merge(merge=merge.pk, user=editor)
    log = AuditEntry.objects.filter(entity_type="term").order_by("pk")
    assert list(log.values_list("action", flat=True)) == ["merge_terms", "undo_merge"]


def test_what_was_merged_moves_along_and_goes_back(editor: User) -> None:
    raisin, rasin, raisins = lexicon("raisin", "rasin", "raisins")
    merging.merge_terms(survivor=rasin.pk, duplicates=keys(raisins), user=editor)
    merging.merge_terms(survivor=raisin.pk, duplicates=keys(rasin), user=editor)
    assert into(rasin, raisins) == [raisin.pk, raisin.pk]
    later, earlier = TermMerge.objects.order_by("-pk")

    with pytest.raises(Refused, match="undo the later merge first"):
        merging.undo_merge(merge=earlier.pk, user=editor)
    merging.undo_merge(merge=later.pk, user=editor)
    assert into(rasin, raisins) == [None, rasin.pk]
    merging.undo_merge(merge=earlier.pk, user=editor)
    assert into(rasin, raisins) == [None, None]


@pytest.mark.parametrize(
    ("survivor", "duplicates", "reason"),
    [
        ("raisin", ["raisin"], "at least one other"),
        ("raisin", [], "at least one other"),
        ("rasin", ["raisin"], "“rasin” is merged already"),
        ("raisin", ["rasin"], "“rasin” is merged already"),
        ("off", ["raisin"], "“off” is rejected"),
    ],
)
def test_merges_that_are_refused(
    editor: User, survivor: str, duplicates: list[str], reason: str
) -> None:
    raisins, _ = lexicon("raisins", "raisin")
    term("rasin", canonical=raisins), term("off", status="rejected")
    with pytest.raises(Refused, match=reason):
        merging.merge_terms(
            survivor=term_of(survivor).pk,
            duplicates=keys(*(term_of(each) for each in duplicates)),
            user=editor,
        )


def test_a_gone_term_is_refused(editor: User) -> None:
    raisin = term("raisin")
    with pytest.raises(Refused, match="is gone"):
        merging.merge_terms(survivor=raisin.pk, duplicates=[raisin.pk + 1000], user=editor)


def test_preview_counts_a_member_once(editor: User) -> None:
    ada, bo = learner("Ada"), learner("Bo")
    for member, text in ((ada, "raisin"), (ada, "rasin"), (bo, "rasin"), (bo, "raisins")):
        note(member, text)
    raisin, rasin, raisins = (term_of(text) for text in ("raisin", "rasin", "raisins"))
    merging.merge_terms(survivor=rasin.pk, duplicates=keys(raisins), user=editor)
    run("SELECT refresh_descriptor_views()")

    found = reading.preview(raisin.pk, keys(rasin))

    assert found is not None
    assert (found.uses, found.members, found.aliases) == (4, 2, 1)


# --- Not duplicates -------------------------------------------------------------------------------
def test_a_dismissed_pair_is_not_suggested_until_it_is_taken_back(editor: User) -> None:
    coffee, toffee = lexicon("coffee", "toffee")
    find()
    assert clusters() == [["coffee", "toffee"]]

    merging.dismiss_pairs(terms=keys(toffee, coffee), user=editor)
    merging.dismiss_pairs(terms=keys(toffee, coffee), user=editor)
    find()

    assert clusters() == []
    (dismissal,) = TermDismissal.objects.all()
    merging.take_back_dismissal(dismissal=dismissal.pk, user=editor)
    assert clusters() == [["coffee", "toffee"]]
    with pytest.raises(Refused, match="took that back"):
        merging.take_back_dismissal(dismissal=dismissal.pk, user=editor)


def test_a_dismissed_pair_keeps_no_other_from_being_one(editor: User) -> None:
    raisin, _, raisins = lexicon("raisin", "rasin", "raisins")
    find()
    merging.dismiss_pairs(terms=keys(raisin, raisins), user=editor)
    assert clusters() == [["raisin", "rasin"]]


# --- The screen ----------------------------------------------------------------------------------
def html_of(client: Client, query: str = "") -> str:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def press(client: Client, step: str, **sent: Any) -> str:
    answer = client.post(f"{LIST}{step}/?show=similar&p=1", sent, follow=True)
    return unescape(answer.content.decode())


def test_merge_is_shown_first_then_done_and_undone(editing: Client) -> None:
    raisin, rasin = lexicon("raisin", "rasin")
    find()
    assert "One or two letters apart" in html_of(editing)

    chosen = {"survivor": raisin.pk, "terms": keys(raisin, rasin)}
    shown = press(editing, "merge", **chosen)
    assert "Merge 1 term into “raisin”" in shown
    assert "199 uses" in shown
    assert into(rasin) == [None]

    assert "1 term merged into “raisin”." in press(editing, "merge", confirmed="1", **chosen)
    assert "No two terms look like one" in html_of(editing) or "first comparison" in html_of(
        editing
    )
    assert "rasin" in html_of(editing, "?show=merged")
    done = press(editing, "undo", merge=TermMerge.objects.get().pk)
    assert "no longer merged" in done
    assert "No term is merged" in html_of(editing, "?show=merged")


def test_pairs_are_dismissed_by_their_button(editing: Client) -> None:
    raisin, rasin, _ = lexicon("raisin", "rasin", "raisins")
    find()
    sent = {"pair": f"{raisin.pk}-{rasin.pk}", "terms": [each.pk for each in Term.objects.all()]}
    assert "“raisin”, “rasin”: not duplicates." in press(editing, "dismiss", **sent)
    assert TermDismissal.objects.count() == 1
    assert "rasin" in html_of(editing, "?show=dismissed")
    dismissal = TermDismissal.objects.get()
    assert "may be duplicates again" in press(editing, "restore", dismissal=dismissal.pk)


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("merge", {}),
        ("merge", {"survivor": "x"}),
        ("merge", {"survivor": "1", "terms": ["1", "99999999999999999999"]}),
        ("merge", {"survivor": "1", "terms": ["x"]}),
        ("undo", {}),
        ("undo", {"merge": "99999999999999999999"}),
        ("restore", {"dismissal": "99999999999999999999"}),
        ("dismiss", {"pair": "1"}),
        ("dismiss", {"pair": "999999999999999999-888888888888888888"}),
        ("nonsense", {}),
    ],
)
def test_nonsense_changes_nothing_and_says_so(
    editing: Client, step: str, sent: dict[str, Any]
) -> None:
    lexicon("raisin", "rasin")
    assert "Nothing was changed:" in press(editing, step, **sent)
    assert "Nothing was changed:" in press(editing, step, confirmed="1", **sent)
    assert not Term.objects.exclude(canonical=None).exists()


def test_compare_now_starts_a_run(editing: Client) -> None:
    assert "not compared yet" in html_of(editing)
    press(editing, "compare")
    assert Run.objects.filter(operation=comparing.COMPARISON).count() == 1
    press(editing, "compare")
    assert Run.objects.filter(operation=comparing.COMPARISON).count() == 1


@pytest.mark.parametrize(
    "words",
    [
        ("raisin", "raisins", "raisns", "rasin"),
        ("astringent", "astringnet", "astingent"),
        ("spicy", "spciy"),
        ("coffee", "toffee"),
    ],
)
def test_slips_of_the_pen_stand_in_one_cluster(words: tuple[str, ...]) -> None:
    lexicon(*words, "chalk", "green tea")
    find()
    assert [set(each) for each in clusters()] == [set(words)]


def test_nothing_merges_by_itself() -> None:
    lexicon("coffee", "toffee", "raisin", "rasin", "rose wood", "rosewood")
    find()
    assert not Term.objects.exclude(canonical=None).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM term_merges")
        assert cursor.fetchone() == (0,)


def test_form_reads_the_keys_that_it_shows(editing: Client) -> None:
    """From a thousand on, a number for people has a separator."""
    kept, other = term("raisin", pk=1_234_567), term("raisins", pk=1_234_568)
    sent = {"survivor": kept.pk, "terms": [other.pk]}

    page = editing.post(f"{LIST}merge/", sent).content.decode()

    assert f'name="survivor" value="{kept.pk}"' in page
    assert f'name="terms" value="{other.pk}"' in page
