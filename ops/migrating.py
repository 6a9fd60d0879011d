"""Migrations in less than half of the time: what a migration does not change is not made again.

Django makes the classes of a model and of all related ones anew for each index, constraint and
trigger that a migration adds, though none of them changes a field.
"""

from __future__ import annotations

import functools
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


def quicken() -> None:
    ProjectState._append_option = append_option  # type: ignore[attr-defined]
    AddTrigger.state_forwards = add_trigger  # type: ignore[method-assign, assignment]
    # Asked for each foreign key. The classes of a migration empty the cache that all registries
    # share; this one's own stays.
    known = functools.cache(apps.get_swappable_settings_name)
    apps.get_swappable_settings_name = known  # type: ignore[method-assign]


def append_option(
    state: ProjectState, app_label: str, model_name: str, option_name: str, added: Any
) -> None:
    """As Django's, but the class is kept and told."""
    options = state.models[app_label, model_name.lower()].options
    options[option_name] = [*options.get(option_name, []), added]
    if "apps" in state.__dict__:  # else there are no classes yet, and asking would make them
        meta = state.apps.get_model(app_label, model_name)._meta
        # Names of indexes and constraints may hold %(class)s.
        named = (lambda each: each) if option_name == "triggers" else meta._format_names
        setattr(meta, option_name, named(options[option_name]))


def add_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    append_option(state, app_label, operation.model_name, "triggers", operation.trigger)
