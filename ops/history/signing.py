"""Who made a change, and how, from the metadata that the request or the command left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.urls import Resolver404, resolve

from ops.models import Run
from ops.registry import Operation, declared

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
    """`account` and `run` are keys; None where there is none (any more)."""

    who: str
    how: str
    note: str = ""
    account: Any = None
    run: Any = None


class Signatures:
    """Signs entries with one query for all their accounts, and one for all their runs."""

    def __init__(self, metadata: Iterable[dict[str, Any] | None]) -> None:
        known = [data for data in metadata if data]
        names = get_user_model()._base_manager.values_list("pk", "username")
        self.accounts: dict[Any, str] = found(names, "user", known)
        operations = Run._base_manager.values_list("pk", "operation")
        self.runs = {str(pk): name for pk, name in found(operations, "run", known).items()}

    def sign(self, metadata: dict[str, Any] | None) -> Signature:
        if not metadata:
            return Signature(self.who(metadata), "outside of Steward")
        account, run = metadata.get("user"), metadata.get("run")
        return Signature(
            who=self.who(metadata),
            how=self.how(metadata),
            note=str(metadata.get("note") or ""),
            account=account if account in self.accounts else None,
            run=run if run in self.runs else None,
        )

    def who(self, metadata: dict[str, Any] | None) -> str:
        if not metadata:
            return "Not recorded"
        known = metadata.get("username") or self.accounts.get(metadata.get("user"))
        return str(known or metadata.get("os_user") or "System")

    def how(self, metadata: dict[str, Any]) -> str:
        if command := metadata.get("command"):
            return f"command {command}"
        if run := metadata.get("run"):
            operation = declared(Operation).get(self.runs.get(run, ""))
            return f"run: {operation.title}" if operation else "run"
        return page_of(str(metadata.get("url") or ""))


def found(rows: Any, key: str, known: list[dict[str, Any]]) -> dict[Any, str]:
    wanted = {data[key] for data in known if data.get(key)}
    return dict(rows.filter(pk__in=wanted)) if wanted else {}


def page_of(url: str) -> str:
    """The page that was used, in words; empty for nowhere."""
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
