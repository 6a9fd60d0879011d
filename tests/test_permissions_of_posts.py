"""What a POST to an address of the admin may do, by the matrix of `tests/test_permissions.py`."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

from tests.screens import Screen, screens, state
from tests.test_permissions import STAFF, may, rule_of


def post(client: Client, screen: Screen) -> HttpResponse:
    answer = client.post(screen.address(rule_of(screen).arguments), {"post": "yes"})
    if answer.streaming:
        # A download that nobody reads keeps its file open.
        list(answer)
    return answer


def test_nobody_posts_without_permission(clients: dict[str, Client]) -> None:
    before = state()
    wrong = []
    for visitor, client in clients.items():
        # Nobody is told on the spot; a login in its place would lose what was typed.
        right = {"stranger": {403}, "learner": {302}}.get(visitor, {403, 404, 405})
        for screen in screens():
            rule = rule_of(screen)
            if may(visitor, rule) or rule.permission == STAFF:
                continue
            if (code := post(client, screen).status_code) not in right:
                wrong.append(f"{visitor}, {screen.name}: {code}")

    assert wrong == []
    assert state() == before


def test_post_only_addresses_answer_those_who_may(clients: dict[str, Client]) -> None:
    # Out at the end: nobody may post.
    ordered = sorted(screens(), key=lambda screen: screen.name == "logout")
    codes = {
        (visitor, screen.name): post(client, screen).status_code
        for visitor, client in clients.items()
        for screen in ordered
        if rule_of(screen).post_only and may(visitor, rule_of(screen))
    }

    assert {key: code for key, code in codes.items() if code in (403, 405, 500)} == {}


def test_every_post_asks_for_the_token(clients: dict[str, Client]) -> None:
    client = clients["superuser"]
    client.handler.enforce_csrf_checks = True
    before = state()

    codes = {screen.name: post(client, screen).status_code for screen in screens()}

    assert {name: code for name, code in codes.items() if code != 403} == {}
    assert state() == before
