"""Who gets which page of the admin, and where it leads them, by `tests/test_permissions.py`."""

from __future__ import annotations

import re
from functools import cache

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from tests.screens import STRANGERS, VISITORS, Screen, autocompletes, screens, state
from tests.test_permissions import EVERYBODY, Rule, may, rule_of


def get(client: Client, screen: Screen) -> HttpResponse:
    return client.get(screen.address(rule_of(screen).arguments))


def expected(visitor: str, screen: Screen) -> set[int]:
    rule = rule_of(screen)
    if rule.post_only:
        return {302} if visitor in STRANGERS else {403, 405}
    if visitor in STRANGERS:
        return {rule.granted if rule.permission == EVERYBODY else 302}
    if screen.name == "login":
        return {302}
    if may(visitor, rule):
        return {rule.granted}
    return {rule.refused} if isinstance(rule.refused, int) else set(rule.refused)


def test_every_address_answers_as_the_matrix_says(clients: dict[str, Client]) -> None:
    before = state()
    wrong = []
    for visitor, client in clients.items():
        for screen in screens():
            answer, right = get(client, screen), expected(visitor, screen)
            if answer.status_code not in right:
                wrong.append(f"{visitor}, {screen.name}: {answer.status_code}, not {right}")
            elif visitor in STRANGERS and answer.status_code == 302 and screen.name != "logout":
                assert answer.headers["Location"].startswith("/admin/login/?next=")
            if answer.status_code == 200:
                wrong += [
                    f"{visitor}, {screen.name}: {each}" for each in dead_links(visitor, answer)
                ]

    assert wrong == []
    assert state() == before


@cache
def name_of(address: str) -> str:
    try:
        return resolve(address).url_name or ""
    except Resolver404:
        return "nowhere"


@cache
def rules() -> dict[str, Rule]:
    return {screen.name: rule_of(screen) for screen in screens()}


def dead_links(visitor: str, answer: HttpResponse) -> list[str]:
    """Links of the page that this person may not follow, or that lead nowhere."""
    found = []
    for address in sorted(set(re.findall(r'href="(/admin/[^"?#]*)', answer.content.decode()))):
        name = name_of(address)
        rule = rules().get(name, Rule(EVERYBODY))
        if name == "nowhere" or not (may(visitor, rule) or may(visitor, Rule(rule.own))):
            found.append(f"links to {address}")
    return found


def test_autocomplete_asks_for_the_right_to_view(clients: dict[str, Client]) -> None:
    for visitor in set(VISITORS) - set(STRANGERS):
        for app, model, name, target in sorted(autocompletes()):
            query = {"app_label": app, "model_name": model, "field_name": name, "term": "a"}
            answer = clients[visitor].get("/admin/autocomplete/", query)
            right = 200 if may(visitor, Rule(target.replace(".", ".view_"))) else 403
            assert answer.status_code == right, (visitor, model, name)


def test_unknown_address_is_not_found_for_staff(clients: dict[str, Client]) -> None:
    assert clients["content"].get("/admin/no/such/page/").status_code == 404


def test_unknown_object_sends_back_with_a_message(clients: dict[str, Client]) -> None:
    for screen in screens():
        if screen.name.endswith("_change") and "object_id" in screen.parameters:
            address = screen.address({"object_id": "nobody"})
            assert clients["superuser"].get(address).status_code == 302, screen.name
