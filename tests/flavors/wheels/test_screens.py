from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flavors.models import FlavorWheel
from flavors.models.choices import WheelScope, WheelType
from flavors.wheels.reading import figures_of
from flavors.wheels.saving import save_wheel
from flavors.wheels.subjects import Subject
from ops.models import AuditEntry, Run
from tests.flavors.tasting import learner, note
from tests.flavors.wheels.tasters import COFFEE, ada, refresh, tree
from tests.flavors.wheels.test_saving import EVERYBODY, make_old, of_item, personal
from tests.screens import visit_as

WHEELS = "/admin/flavors/flavorwheel/"
LOOK, COMPARE = f"{WHEELS}look/", f"{WHEELS}compare/"


@pytest.fixture
def member(db: None) -> UUID:
    tree()
    made = ada()
    refresh()
    return made


@pytest.fixture
def content(member: UUID) -> Client:
    """Who may see members too."""
    client = visit_as("content")
    Group.objects.get(name="content").permissions.add(
        Permission.objects.get(codename="view_member")
    )
    return client


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("curator")


def text_of(client: Client, address: str, query: Any = None) -> str:
    answer = client.get(address, query, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Looking -------------------------------------------------------------------------------------
def test_the_first_look_is_everybodys_wheel(content: Client) -> None:
    page = text_of(content, LOOK)

    assert "Combined wheel of everybody" in page
    assert 'fill="#c8443a"' in page
    assert "Fruit / Berries / raspberry: 3 descriptors" in page
    assert "60.0%" in page


def test_a_wheel_has_an_address_of_its_own(content: Client, member: UUID) -> None:
    page = text_of(content, LOOK, {"scope": "personal", "of": member, "type": "aroma"})

    assert "Aroma wheel of Ada Lovelace" in page
    assert "1 descriptor, as of" in page


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({"scope": "item", "of": "old"}, "?scope=item&of=Old+Mill&type=combined"),
        ({"scope": "category", "of": "WINE"}, "?scope=category&of=wine&type=combined"),
    ],
)
def test_an_address_names_the_wheel_in_full(
    content: Client, query: dict[str, str], address: str
) -> None:
    assert content.get(LOOK, query).headers["Location"].endswith(address)


def test_a_name_that_fits_several_is_asked_about(content: Client) -> None:
    other = learner("Ada Byron")
    page = text_of(content, LOOK, {"scope": "personal", "of": "ada", "type": "aroma"})

    assert "2 are found" in page
    assert f"?scope=personal&amp;type=aroma&amp;of={other}" in page
    assert "6 descriptors" in page
    assert "no descriptors yet" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"scope": "personal", "of": "nobody at all"}, "Nothing is found"),
        ({"scope": "item", "of": "x\0y"}, "Nothing is found"),
        ({"scope": "personal"}, "Whose wheel?"),
        ({"scope": "tasting", "type": "nonsense"}, "Combined wheel of everybody"),
        ({"type": "metaphor", "within": "No such category"}, "Metaphor wheel of everybody"),
    ],
)
def test_what_is_not_there_is_said(content: Client, query: dict[str, str], says: str) -> None:
    assert says in text_of(content, LOOK, query)


def test_one_category_alone(content: Client) -> None:
    page = text_of(content, LOOK, {"within": "Sweet"})

    assert "Combined wheel of everybody: Sweet" in page
    assert "raspberry" not in page
    assert "The whole wheel" in page


def test_a_wheel_of_nothing_says_what_to_do(content: Client) -> None:
    learner("Nobody Special")
    page = text_of(content, LOOK, {"scope": "personal", "of": "nobody special"})

    assert "There are no descriptors of this type here yet" in page
    assert "Save this wheel" not in page


# --- Saving --------------------------------------------------------------------------------------
def test_content_saves_a_wheel_and_others_do_not(content: Client, member: UUID) -> None:
    form = {"scope": "personal", "of": str(member), "type": "flavor"}
    answer = content.post(f"{WHEELS}save/", form, follow=True)

    assert "The wheel is saved." in answer.content.decode()
    assert FlavorWheel.objects.get().descriptor_count == 4
    assert "Save this wheel" not in text_of(visit_as("analysts"), LOOK, form)
    assert "Save again" in text_of(content, LOOK, form)


def test_an_empty_wheel_is_refused_kindly(content: Client) -> None:
    learner("Nobody Special")
    form = {"scope": "personal", "of": "nobody special"}

    page = content.post(f"{WHEELS}save/", form, follow=True).content.decode()

    assert "Nothing is saved" in page
    assert not FlavorWheel.objects.exists()


def test_a_saved_wheel_keeps_its_figures(content: Client, member: UUID, staff: User) -> None:
    wheel = save_wheel(subject=of_item(), user=staff)
    make_old(wheel)
    note(member, "caramel", **COFFEE)

    page = text_of(content, f"{WHEELS}{wheel.pk}/change/")

    assert "4 descriptors" in page
    assert "Stale" in page
    assert "As it is now" in page
    assert "caramel" not in page


def test_a_deleted_wheel_leads_back_to_the_list(content: Client, staff: User) -> None:
    wheel = save_wheel(subject=EVERYBODY, user=staff)

    answer = content.post(f"{WHEELS}{wheel.pk}/delete/", {"post": "yes"})

    assert answer.headers["Location"] == WHEELS
    assert not FlavorWheel.objects.exists()


def test_regenerating_is_a_run(content: Client, staff: User) -> None:
    wheel = save_wheel(subject=EVERYBODY, user=staff)
    answer = content.post(f"{WHEELS}{wheel.pk}/again/")

    run = Run.objects.get(operation="regenerate_wheels")
    assert run.target == str(wheel.pk)
    page = text_of(content, answer.headers["Location"])
    assert f"/ops/run/{run.pk}/state/" in page
    assert "Regenerate</button>" not in page


def test_all_stale_ones_are_counted_before(content: Client, member: UUID, staff: User) -> None:
    for subject in (EVERYBODY, personal(member)):
        make_old(save_wheel(subject=subject, user=staff))

    page = text_of(content, f"{WHEELS}regenerate/")
    content.post(f"{WHEELS}regenerate/")

    assert "<strong>2</strong> saved wheels are stale" in page
    assert Run.objects.get(operation="regenerate_wheels").target == "stale"
    assert "those that are done stay done" in text_of(content, f"{WHEELS}regenerate/")


def test_the_list_says_what_is_stale(content: Client, member: UUID, staff: User) -> None:
    make_old(save_wheel(subject=personal(member), user=staff))
    page = text_of(content, WHEELS)

    assert "Ada Lovelace" in page
    assert "Stale" in page
    assert "Ada Lovelace" in text_of(content, WHEELS, {"q": "lovelace"})


# --- Files ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("json", b"{")]
)
def test_a_wheel_is_a_file(content: Client, staff: User, kind: str, begins: bytes) -> None:
    wheel = save_wheel(subject=of_item(), user=staff)

    for address in (f"{LOOK}file/{kind}/", f"{WHEELS}{wheel.pk}/file/{kind}/"):
        answer = content.get(address)
        assert answer.content.startswith(begins)
        assert answer.headers["Content-Disposition"].endswith(f'-combined.{kind}"')


def test_json_has_every_figure(content: Client, member: UUID) -> None:
    found = content.get(f"{LOOK}file/json/", {"scope": "item", "of": "Old Mill"}).json()

    assert (found["of"], found["descriptors"]) == ("Old Mill", 4)
    assert found["figures"][2] == {
        "path": ["Fruit", "Berries", "raspberry"],
        "count": 3,
        "share": 0.75,
        "avgIntensity": 4.0,
    }


def test_there_are_no_other_files(content: Client) -> None:
    assert content.get(f"{LOOK}file/pdf/").status_code == 404
    assert content.get(f"{LOOK}file/svg/", {"scope": "item", "of": "?"}).status_code == 404


def test_file_of_a_members_wheel_is_recorded(content: Client, member: UUID, staff: User) -> None:
    asked = {"scope": "personal", "of": str(member)}
    subject = Subject(WheelScope.PERSONAL, WheelType.COMBINED, member)
    wheel = save_wheel(subject=subject, user=staff)
    addresses = (f"{LOOK}file/json/?{urlencode(asked)}", f"{WHEELS}{wheel.pk}/file/svg/")

    for address in addresses:
        assert content.get(address).status_code == 405
        assert content.post(address).status_code == 200

    found = AuditEntry.objects.filter(action="export_wheel", entity_id=str(member))
    assert {entry.details["format"] for entry in found} == {"json", "svg"}


# --- Without the right to see members ------------------------------------------------------------
def test_no_page_names_a_member_to_those_who_may_not_see_them(member: UUID, staff: User) -> None:
    subject = Subject(WheelScope.PERSONAL, WheelType.COMBINED, member, name="Ada Lovelace")
    wheel = save_wheel(subject=subject, user=staff)
    curator, end = visit_as("content"), f"…{str(member)[-8:]}"
    asked = {"scope": "personal", "of": str(member)}

    lately = text_of(curator, LOOK, {"scope": "personal"})
    by_name = text_of(curator, LOOK, {"scope": "personal", "of": "lovelace"})
    looked, saved = text_of(curator, LOOK, asked), text_of(curator, f"{WHEELS}{wheel.pk}/change/")
    listed, searched = text_of(curator, WHEELS), text_of(curator, WHEELS, {"q": "lovelace"})
    file = curator.post(f"{WHEELS}{wheel.pk}/file/json/").content.decode()

    assert "Nothing is found" in by_name
    assert all(end in page for page in (lately, looked, saved, listed))
    assert f"/{wheel.pk}/" not in searched
    for page in (lately, by_name, looked, saved, listed, file):
        assert "Lovelace" not in page.replace("“lovelace”", "")


# --- Comparing -----------------------------------------------------------------------------------
def test_two_wheels_side_by_side(content: Client) -> None:
    query = {"a-scope": "item", "a-of": "Old Mill", "b-scope": "category", "b-of": "wine"}
    page = text_of(content, COMPARE, query)

    assert "Combined wheel of Old Mill" in page
    assert "Combined wheel of wine" in page
    assert "+100.0" in page
    assert "0 % of both lie in the same categories" in page


def test_the_same_wheel_on_both_sides_is_no_comparison(content: Client) -> None:
    page = text_of(content, COMPARE, {})

    assert "Both sides are the same wheel" in page
    assert 'data-label="Difference"' not in page


def test_a_list_without_rows_says_so(content: Client) -> None:
    assert "No flavor wheels yet" in text_of(content, WHEELS, {})
    assert "No flavor wheels like this" in text_of(content, WHEELS, {"q": "nobody"})


def test_a_choice_keeps_the_other_side(content: Client, member: UUID) -> None:
    learner("Ada Byron")
    query = {"a-scope": "personal", "a-of": "ada", "b-scope": "item", "b-of": "Old Mill"}

    page = text_of(content, COMPARE, query)

    assert "b-scope=item&amp;b-of=Old+Mill" in page
    assert f"a-of={member}" in page


# --- Cost ----------------------------------------------------------------------------------------
def test_a_large_wheel_asks_as_much_as_a_small_one(content: Client, member: UUID) -> None:
    def queries() -> int:
        content.get(LOOK)
        with CaptureQueriesContext(connection) as captured:
            content.get(LOOK)
        return len(captured)

    few = queries()
    for number in range(20):
        note(member, f"note {number}", **COFFEE)
    refresh()

    assert queries() == few
    assert figures_of(EVERYBODY)["totalDescriptors"] == 25
