"""The lexicon's screens: the list, a term, changes of many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from flavors.models import FlavorCategory, Term, TermBatch
from flavors.models.choices import TermStatus
from flavors.search import find
from flavors.terms import reading
from flavors.terms.changing import set_categories, set_status, undo_batch
from flavors.terms.suggesting import suggestions
from ops.models import AuditEntry
from ops.work import Refused
from tests.flavors.tasting import learner, note, run, term_of
from tests.flavors.test_duplicates import term

LIST = "/admin/flavors/term/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def editing(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def fruit() -> FlavorCategory:
    top = FlavorCategory.objects.create(name="Fruit")
    return FlavorCategory.objects.create(name="Berries", parent=top)


def html_of(client: Client, address: str = LIST) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def page(of: Term) -> str:
    return f"{LIST}{of.pk}/change/"


def found(text: str) -> set[str]:
    return {each.display_text for each in reading.matching(Term.objects.all(), text)}


# --- The list ------------------------------------------------------------------------------------
def test_search_takes_any_part_then_what_is_like_it() -> None:
    for text in ("Dark honey", "honeydew", "Acacia hóney", "chalk", "100 % cocoa", "a_b"):
        term(text)
    assert found("ho") == {"honeydew"}
    assert found("HONEY") == {"Dark honey", "honeydew", "Acacia hóney"}
    assert found("chalky") == {"chalk"}
    assert found("100%") == {"100 % cocoa"}
    assert found("a%b") == {"a_b"}
    assert found("zzzz") == found("!") == found("\0") == set()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"raspberry", "rasin", "raisin", "off"}),
        ("?status__exact=approved", {"raspberry"}),
        ("?category=none", {"raisin", "off"}),
        ("?category={top}", {"raspberry"}),
        ("?category=nonsense", {"raspberry", "rasin", "raisin", "off"}),
        ("?merged=yes", {"rasin"}),
        ("?merged=no", {"raspberry", "raisin", "off"}),
        ("?q=raspb", {"raspberry"}),
        ("?q=off&status__exact=rejected", {"off"}),
    ],
)
def test_filters(editing: Client, fruit: FlavorCategory, query: str, shown: set[str]) -> None:
    raisin = term("raisin", 5)
    term("raspberry", 9, category=fruit, status="approved")
    term("rasin", canonical=raisin), term("off", status="rejected")
    query = query.replace("{top}", str(fruit.parent_id))

    answer = editing.get(LIST + query)

    assert {each.display_text for each in answer.context["cl"].result_list} == shown


def test_list_shows_uses_with_what_is_merged_and_the_trend(editing: Client) -> None:
    member, last = learner("Ada"), reading.whole_months()[0]
    before = reading.whole_months()[1]
    for month, times in ((last, 3), (before, 2)):
        run("SELECT create_partition('flavor_descriptors', 'month', %s)", month)
        for number in range(times):
            note(member, "raisin", at=datetime(month.year, month.month, 2 + number, tzinfo=UTC))
    note(member, "rasin")
    run("SELECT refresh_descriptor_views()")
    Term.objects.filter(normalized_form="rasin").update(canonical=term_of("raisin"))

    html = html_of(editing)

    assert "5 + 1 merged" in html
    assert "+50%, 2 → 3" in html
    assert "rasin → raisin" in html


def test_suggestions_as_one_types(editing: Client, fruit: FlavorCategory) -> None:
    raspberry = term("Raspberry", 9, category=fruit)
    answer = editing.get(f"{LIST}suggest/?q=rasp").json()
    assert answer == {
        "terms": [{"text": "Raspberry", "note": "Fruit", "address": page(raspberry)}]
    } or answer["terms"][0]["address"] == page(raspberry)
    for nothing in ("", "!", "%00", "x" * 600):
        assert editing.get(f"{LIST}suggest/?q={nothing}").json() == {"terms": []}


def test_the_palette_finds_terms_for_those_who_may(rf: Any, editor: User) -> None:
    raisin = term("raisin", 3)
    request = rf.get("/")
    request.user = editor
    assert [each.link for each in find(request, "rai")] == [
        reverse("admin:flavors_term_change", args=[raisin.pk])
    ]
    request.user = User.objects.create_user("nobody", is_staff=True)
    assert find(request, "rai") == []


# --- A term --------------------------------------------------------------------------------------
def test_page_of_a_term_tells_what_is_known(editing: Client, fruit: FlavorCategory) -> None:
    member, now = learner("Ada"), datetime.now(UTC)
    for text in ("Raisin", "raisin", "raisin!", "rasin"):
        note(member, text, at=now - timedelta(minutes=1))
    run("SELECT refresh_descriptor_views()")
    term("raisins", category=fruit)
    Term.objects.filter(normalized_form="rasin").update(canonical=term_of("raisin"))

    html = html_of(editing, page(term_of("raisin")))

    assert "raisin!" in html
    assert "Suggested category" in html
    assert "Fruit / Berries" in html
    assert "As a table" in html
    spelled = reading.spellings(reading.family(term_of("raisin")))
    assert [(each.text, each.uses) for each in spelled] == [
        ("Raisin", 1),
        ("raisin", 1),
        ("raisin!", 1),
        ("rasin", 1),
    ]
    assert [each.text for each in reading.neighbours(term_of("raisin"))] == ["raisins"]
    assert reading.uses_by_month(reading.family(term_of("raisin")))[-1][1] == 4


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Raisin", "was changed successfully"),
        ("RAISIN!", "was changed successfully"),
        ("sultana", "another word is another term"),
        ("!?", "needs a letter or a digit"),
    ],
)
def test_a_term_takes_another_spelling_only(editing: Client, text: str, answer: str) -> None:
    raisin = term("raisin")
    sent = {"display_text": text, "status": "approved", "category": ""}
    reply = editing.post(page(raisin), sent, follow=True)
    assert answer in unescape(reply.content.decode())


def test_a_term_is_added_once(editing: Client) -> None:
    sent = {"display_text": "Sultana", "status": "approved", "category": ""}
    assert editing.post(f"{LIST}add/", sent).status_code == 302
    again = editing.post(f"{LIST}add/", sent | {"display_text": "sultana"})
    assert "There is this term already" in unescape(again.content.decode())


# --- Many at once --------------------------------------------------------------------------------
def test_status_of_many_is_set_and_put_back(editor: User) -> None:
    raisin, rasin, off = term("raisin"), term("rasin"), term("off", status="rejected")
    batch = set_status(terms=[raisin.pk, rasin.pk, off.pk], status=TermStatus.REJECTED, user=editor)
    assert batch.outcome == "Rejected: 2 terms, 1 were already."
    Term.objects.filter(pk=rasin.pk).update(status="approved")

    done = undo_batch(batch=batch.pk, user=editor)

    assert done == "1 term put back; 1 changed since, and stay."
    states = dict(Term.objects.values_list("display_text", "status"))
    assert states == {"raisin": "suggested", "rasin": "approved", "off": "rejected"}
    with pytest.raises(Refused, match="undone already"):
        undo_batch(batch=batch.pk, user=editor)
    actions = AuditEntry.objects.filter(entity_type="termbatch").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["change_terms", "undo_term_changes"]


def test_categories_go_back_to_what_each_had(editor: User, fruit: FlavorCategory) -> None:
    raisin, rasin = term("raisin", category=fruit), term("rasin")
    top = fruit.parent
    batch = set_categories(categories={raisin.pk: top, rasin.pk: top}, user=editor)
    assert set(Term.objects.values_list("category", flat=True)) == {fruit.parent_id}
    undo_batch(batch=batch.pk, user=editor)
    raisin.refresh_from_db(), rasin.refresh_from_db()
    assert (raisin.category, rasin.category) == (fruit, None)


def test_suggested_category_with_its_reason(fruit: FlavorCategory) -> None:
    term("raspberry jam", category=fruit), term("raspberry tea", category=fruit)
    plain, far = term("raspberry"), term("xylophone")
    found = suggestions([plain.pk, far.pk])
    assert list(found) == [plain.pk]
    assert found[plain.pk].category == fruit
    assert found[plain.pk].reason.startswith("2 similar terms are there; ")


def act(client: Client, action: str, *terms: Term, **sent: Any) -> str:
    data = {"action": action, "_selected_action": [each.pk for each in terms]} | sent
    return unescape(client.post(LIST, data, follow=True).content.decode())


def test_bulk_action_asks_does_and_is_undone(editing: Client, fruit: FlavorCategory) -> None:
    raisin, rasin = term("raisin", 5), term("rasin", 1)
    assert "Approve: 2 terms" in act(editing, "approve", raisin, rasin)
    assert not Term.objects.filter(status="approved").exists()
    assert "Approved: 2 terms." in act(editing, "approve", raisin, rasin, confirmed="1")
    batch = TermBatch.objects.get()
    answer = editing.post(f"{LIST}batches/{batch.pk}/undo/", follow=True)
    assert "2 terms put back." in unescape(answer.content.decode())

    assert "Fruit / Berries" in act(editing, "set_category", raisin)
    assert "This field is required" in act(editing, "set_category", raisin, confirmed="1")
    done = act(editing, "set_category", raisin, confirmed="1", category=str(fruit.pk))
    assert "Berries: 1 term." in done

    shown = act(editing, "set_suggested_category", raisin, rasin)
    assert "1 similar term is there" in shown
    accepted = f"{rasin.pk}-{fruit.pk}"
    act(editing, "set_suggested_category", raisin, rasin, confirmed="1", accepted=accepted)
    assert term_of("rasin").category == fruit
    assert "has a category" in act(editing, "set_suggested_category", raisin, rasin)


def test_no_term_is_deleted(root: Client) -> None:
    assert root.get(f"{LIST}{term('raisin').pk}/delete/").status_code == 403


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client
