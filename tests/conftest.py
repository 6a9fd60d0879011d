from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.http import HttpRequest, HttpResponse
from django.template import Template
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck
from hypothesis import settings as examples
from redis import Redis

from config import errors, site
from config.services.urls import redis_database, with_redis_database
from config.site import Waiting
from ops.caching import remembering, store
from tests import template
from tests.everything import make_one_of_each
from tests.flushing import Kept, keep_through_flushes, left_over
from tests.screens import VISITORS, visit_as

# Each run tries the same examples, however slow the machine; `--hypothesis-profile=wander` finds
# others.
examples.register_profile("wander", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.register_profile("same", examples.get_profile("wander"), derandomize=True)
examples.load_profile("same")


# Those that take longest, begun first: none of them is left for one process at the end.
LONGEST = (
    "tests/browser/test_every_screen.py",
    "tests/ops/schema/test_reversals.py",
    "tests/test_permissions_of_pages.py",
    "tests/test_client_rows_of_before.py",
    "tests/config/test_demo_whole.py",
    "tests/test_permissions_of_posts.py",
    "tests/docs/test_operations.py",
    "tests/config/test_services.py",
    "tests/bench/test_smoke.py",
    "tests/test_pages.py",
    "tests/ops/schema/test_verifying.py",
    "tests/browser/test_day_of_content.py",
    "tests/faults/test_smoke.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `--no-loadscope-reorder`, which would begin with the modules of the most tests."""
    rank = {path: number for number, path in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.location[0], len(rank)))


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector does not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Bindings say what is left at the end."""
    gc.unfreeze()


def pytest_configure() -> None:
    """A million rounds of hashing for each user would be half of the run."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def own_redis() -> Iterator[list[Redis]]:
    """The Redis databases of this test process: jobs, Django's cache, the declared caches."""
    url = os.environ["REDIS_URL"]
    first = redis_database(url)
    with ExitStack() as stack:
        urls = [with_redis_database(url, first + number) for number in range(3)]
        yield [stack.enter_context(Redis.from_url(each)) for each in urls]


@pytest.fixture(autouse=True)
def empty_redis(own_redis: list[Redis]) -> None:
    """No test sees the jobs or the caches of another one."""
    for client in own_redis:
        client.flushdb()
    store.breaker.closed_until = 0.0


@pytest.fixture
def used_caches(own_redis: list[Redis], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a test's transaction caches are not used; here they are, as if a listener ran."""
    monkeypatch.setattr(remembering, "sees_what_is_not_committed", lambda: False)
    own_redis[2].set(store.LISTENER, 1)


@pytest.fixture(scope="session", autouse=True)
def static_folder() -> None:
    """Before the live server starts: whitenoise warns when it is missing."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """The test database is a copy, not migrated from nothing by each process."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template.migrated()


@pytest.fixture(scope="session", autouse=True)
def kept_of_migrations(django_db_setup: None, django_db_blocker: Any) -> Iterator[Kept | None]:
    """A test that commits leaves it as it was. Without a test that needs it, there is no test
    database.
    """
    with pytest.MonkeyPatch.context() as monkeypatch:
        kept = None
        if connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX):
            with django_db_blocker.unblock():
                kept = keep_through_flushes(monkeypatch)
        yield kept


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(kept_of_migrations: Kept | None, django_db_blocker: Any) -> Iterator[None]:
    """The next module finds the tables and rows that this one found, whichever comes next."""
    yield
    if kept_of_migrations:
        with django_db_blocker.unblock():
            # A test may have broken the one that was there.
            connection.close()
            assert left_over(kept_of_migrations) == []


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """No collectstatic before the tests: names without hashes."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(scope="module")
def shared_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What a module's fixture writes stays until the module ends; its tests take theirs back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of a module write after this one stays for its tests, each of which takes back
    its own; none of them commits.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def one_of_each(kept_rows: None) -> None:
    make_one_of_each()


@pytest.fixture
def bare_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what is the same on all of them: the sidebar stands on the start page alone, and a
    refusal is a word. Half of the time of tests that go through every address. Nor are the contexts
    of their templates copied for the test client, which nobody asks for them.
    """
    sidebar, start = site.sidebar, reverse("admin:index")

    def on_the_start_page(request: HttpRequest, waiting: Waiting) -> list[dict[str, Any]]:
        # A group without items: for no group at all the theme has a sidebar of its own.
        return sidebar(request, waiting) if request.path == start else [{"items": []}]

    def refusal(
        request: HttpRequest, status: int, title: str, advice: str, **more: str
    ) -> HttpResponse:
        return HttpResponse(title, status=status)

    monkeypatch.setattr(site, "sidebar", on_the_start_page)
    monkeypatch.setattr(errors, "page", refusal)
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


@pytest.fixture
def clients(one_of_each: None, db: None, bare_pages: None) -> dict[str, Client]:
    """Each visitor, logged in."""
    return {visitor: visit_as(visitor) for visitor in VISITORS}


@pytest.fixture
def editor(db: None) -> User:
    user = User.objects.create_user("ada", password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name="content"))
    return user
