"""The list of all descriptors beside the one that Django makes of itself (issue 6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import quote

from django.test import override_settings

from flavors.models import Descriptor
from tests.bench import measuring
from tests.bench.goals.flavors import PAGE, words
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.goals.screens import MILLISECONDS, look, staff
from tests.bench.measuring import Call, on_clock, other_on_clock
from tests.bench.peers import stock_admin

OURS, STOCK = "/admin/flavors/descriptor/", "/stock/flavors/descriptor/"
# Ours and Django's.
LISTS = {
    "first page": ("", ""),
    "last page": ("?page=last", "?p={pages}"),
    "search": ("?q={word}", "?q={word}"),
    "filter": ("?descriptor_type__exact=defect", "?descriptor_type__exact=defect"),
}


def calls(address: str) -> list[Call]:
    pages = -(-Descriptor.objects.count() // PAGE) if "{pages}" in address else 0
    texts = [quote(each["text"]) for each in words()[::2]] * 2
    return [partial(look, address.format(pages=pages, word=text)) for text in texts]


def shown(address: str) -> Figure:
    staff()
    return on_clock(calls(address)[: max(measuring.CALLS // 2, 1)])


def shown_by_django(address: str) -> Figure:
    with stock():
        return other_on_clock(calls(address))


@contextmanager
def stock() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=stock_admin, TEMPLATES=stock_admin.templates()):
        yield


GOALS = tuple(
    Goal(
        f"list of descriptors, {name}",
        6,
        MILLISECONDS,
        partial(shown, OURS + ours),
        peer=Beside("stock admin", partial(shown_by_django, STOCK + theirs)),
    )
    for name, (ours, theirs) in LISTS.items()
)
