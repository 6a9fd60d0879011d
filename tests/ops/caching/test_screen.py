"""The screen of the caches: its figures, and who makes what void."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from redis import Redis

from ops.caching import store
from ops.caching.store import Away
from ops.checks.caches import tags_are_told, telling_tables
from ops.metrics import cache_gauges
from ops.models import AuditEntry
from ops.registry import Cache
from tests.ops.caching.conftest import Source
from tests.screens import visit_as

pytestmark = pytest.mark.django_db

type Declare = Callable[..., Cache]
PAGE = "/admin/ops/cachestate/"


def text_of(client: Client) -> str:
    page = client.get(PAGE).content.decode()
    main = page[page.index('<h1 class="steward-heading"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def away(*_: object) -> None:
    raise Away


@pytest.mark.usefixtures("used_caches")
def test_figures_of_a_cache(declare: Declare, kept: Redis) -> None:
    declare(tags=("questions",))
    answer = Source().through()
    for _ in range(4):
        answer()
    kept.hset(store.counters_key("figures"), mapping={"cost": 12_500, "saved": 75_000_000})

    text = text_of(visit_as("analysts"))

    assert "Figures figures One answer. 5 min until a write to questions 3 1 75 %" in text
    assert "12.5 ms 1 min 15 s since 20" in text
    assert "A listener passes on what is written." in text


def test_a_cache_that_nobody_asked(declare: Declare) -> None:
    declare(key=("exam",))

    text = text_of(visit_as("analysts"))

    assert "One answer for each exam. 5 min Not asked yet" in text
    assert "Nobody listens." in text


def test_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "counters", away)

    text = text_of(visit_as("ops"))

    assert "Redis does not answer." in text
    assert "Not known now" in text


@pytest.mark.usefixtures("used_caches")
@pytest.mark.parametrize(
    ("address", "entity"),
    [
        ("figures/void/", ("cache", "figures")),
        ("tag/exams/void/", ("cachetag", "exams")),
        ("void/", ("cache", "all")),
    ],
)
def test_ops_make_void(declare: Declare, address: str, entity: tuple[str, str]) -> None:
    declare(tags=("exams",))
    source = Source()
    answer = source.through()
    answer()
    ops = visit_as("ops")

    posted = ops.post(PAGE + address, follow=True)

    assert "void" in posted.content.decode()
    answer()
    assert source.asked == 2
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_name) == ("invalidate", "one-of-ops")
    assert (entry.entity_type, entry.entity_id) == entity


@pytest.mark.usefixtures("used_caches")
@pytest.mark.parametrize("address", ["figures/void/", "tag/exams/void/", "void/"])
def test_others_do_not(declare: Declare, address: str) -> None:
    declare(tags=("exams",))
    source = Source()
    answer = source.through()
    answer()

    assert visit_as("analysts").post(PAGE + address).status_code == 403
    assert visit_as("ops").get(PAGE + address).status_code == 403
    assert "popovertarget" not in visit_as("moderators").get(PAGE).content.decode()
    answer()
    assert source.asked == 1


@pytest.mark.parametrize("address", ["nothing/void/", "tag/nothing/void/"])
def test_what_is_not_declared(address: str) -> None:
    page = visit_as("ops").post(PAGE + address, follow=True).content.decode()

    assert "nothing" in page
    assert not AuditEntry.objects.filter(action="invalidate").exists()


def test_nothing_is_said_to_be_void_while_redis_is_away(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare()
    monkeypatch.setattr(store, "bump", away)

    page = visit_as("ops").post(f"{PAGE}figures/void/", follow=True).content.decode()

    assert "Redis does not answer, so nothing was made void" in page
    assert not AuditEntry.objects.filter(action="invalidate").exists()


# --- For monitoring systems, and for who declares one ---------------------------------------------
@pytest.mark.usefixtures("used_caches")
def test_gauges(declare: Declare) -> None:
    declare()
    answer = Source().through()
    answer()
    answer()

    found = {
        (gauge.name, *labels): value for gauge in cache_gauges() for labels, value in gauge.values
    }

    assert found["caches_attended",] == 1
    assert found["cache_hits", "figures"] == found["cache_misses", "figures"] == 1


def test_a_tag_needs_a_table_that_tells(declare: Declare) -> None:
    assert tags_are_told() == []

    declare(tags=("questions", "answers", "nothing"))

    assert [each.id for each in tags_are_told()] == ["ops.E010", "ops.E010"]


def test_the_database_has_the_triggers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger\\_tell\\_caches%' AND tgenabled = 'O'"
        )
        assert {name for (name,) in cursor.fetchall()} == telling_tables()


@pytest.mark.usefixtures("used_caches")
def test_a_right_that_is_taken_away_is_gone_on_the_next_page() -> None:
    """Rights are never kept."""
    client = visit_as("ops")
    assert client.get(PAGE).status_code == 200

    Group.objects.get(name="ops").permissions.remove(
        *Permission.objects.filter(codename="change_cachestate")
    )
    assert "popovertarget" not in client.get(PAGE).content.decode()
    User.objects.get(username="one-of-ops").groups.clear()
    assert client.get(PAGE).status_code == 403
