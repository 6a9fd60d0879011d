"""Who made a change, and how, from the metadata that the request or the command left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.urls import Resolver404, resolve

PAGES = {
    "add": "add form",
    "change": "edit form",
    "changelist": "list",
    "delete": "delete page",
    "history": "history",
    "revert": "history",
    "restore": "revisions",
}


@dataclass(frozen=True)
class Signature:
    """`account` is the key of the person's account, None where there is none (any more)."""

    who: str
    how: str
    note: str
    account: Any = None


class Signatures:
    """Signs entries with one query for all their accounts."""

    def __init__(self, metadata: Iterable[dict[str, Any] | None]) -> None:
        keys = {data["user"] for data in metadata if data and data.get("user")}
        names = get_user_model()._base_manager.filter(pk__in=keys).values_list("pk", "username")
        self.accounts: dict[Any, str] = dict(names) if keys else {}

    def sign(self, metadata: dict[str, Any] | None) -> Signature:
        if not metadata:
            return Signature("Not recorded", "outside of Steward", "")
        account, note = metadata.get("user"), str(metadata.get("note") or "")
        who = metadata.get("username") or self.accounts.get(account)
        if command := metadata.get("command"):
            who = who or metadata.get("os_user") or "System"
            return Signature(str(who), f"command {command}", note)
        return Signature(
            who=str(who or "System"),
            how=page_of(str(metadata.get("url") or "")),
            note=note,
            account=account if account in self.accounts else None,
        )


def page_of(url: str) -> str:
    """The page that was used, in words."""
    try:
        name = resolve(url).url_name or ""
    except Resolver404:
        return url
    kind, _, verb = name.rpartition("_")
    app, _, model = kind.partition("_")
    try:
        what = str(apps.get_model(app, model)._meta.verbose_name)
    except (LookupError, ValueError):
        return url
    return f"{what}, {PAGES.get(verb, verb)}"
