"""The admin's addresses by introspection, and the people who visit them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, reverse

from config.roles import ROLES

# Everybody who may knock: the roles, and those who have none.
STRANGERS = ("stranger", "learner")
VISITORS = (*ROLES, "groupless", "superuser", *STRANGERS)


@dataclass(frozen=True)
class Screen:
    """One pattern of the admin. A model's redirect from `<id>/` has no name of its own."""

    name: str
    parameters: frozenset[str]
    model: type[Model] | None = None

    def address(self, arguments: dict[str, Any]) -> str:
        """The first row of the screen's model stands for a parameter that nobody names."""
        known = {name: arguments.get(name) or self.first_row() for name in self.parameters}
        if self.name.endswith("_redirect"):
            return reverse(f"admin:{self.name.removesuffix('redirect')}change", kwargs=known)[:-7]
        return reverse(f"admin:{self.name}", kwargs=known)

    def first_row(self) -> str:
        assert self.model is not None, f"{self.name}: say what its parameters are"
        row = self.model._default_manager.order_by("pk").first()
        assert row is not None, f"{self.name}: the fixture has no {self.model._meta.verbose_name}"
        return str(row.pk)


@cache
def screens() -> tuple[Screen, ...]:
    """Every pattern of the site and of each registered model, but for the site's last."""
    return tuple(_screens())


def _screens() -> Iterator[Screen]:
    for pattern in admin.site.get_urls():
        if isinstance(pattern, URLPattern) and pattern.name:
            yield screen(pattern, pattern.name)
    for model, model_admin in admin.site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}"
        for pattern in model_admin.get_urls():
            yield screen(pattern, pattern.name or f"{prefix}_redirect", model)


def screen(pattern: URLPattern, name: str, model: type[Model] | None = None) -> Screen:
    regex = pattern.pattern.regex
    return Screen(name, frozenset(regex.groupindex), model)


def visit_as(visitor: str) -> Client:
    client = Client()
    if visitor == "stranger":
        return client
    user = User.objects.create_user(
        f"one-of-{visitor}",
        is_staff=visitor != "learner",
        is_superuser=visitor == "superuser",
    )
    if visitor in ROLES:
        user.groups.add(Group.objects.get(name=visitor))
    client.force_login(user)
    return client


def state() -> dict[str, tuple[int, Decimal]]:
    """Table → number of rows and a digest of them, for every table but the sessions."""
    tables = sorted(set(connection.introspection.table_names()) - {"login_sessions"})
    each = "SELECT '{0}', count(*), sum(hashtextextended(t::text, 0)) FROM {0} AS t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(map(each.format, tables)))
        return {table: (rows, digest) for table, rows, digest in cursor.fetchall()}


def autocompletes() -> set[tuple[str, str, str, str]]:
    """(app, model, field, model that is looked up) of every autocomplete field."""
    found = set()
    for model, model_admin in admin.site._registry.items():
        for owner in (model_admin, *(inline(model, admin.site) for inline in model_admin.inlines)):
            for name in owner.autocomplete_fields:
                opts = owner.model._meta
                target = opts.get_field(name).related_model
                assert target is not None
                found.add((opts.app_label, str(opts.model_name), name, target._meta.label_lower))
    return found
