"""Migrations in a third of the time: what a migration does not change is not made again.

Django makes the classes of a model and of all related ones anew for each index, constraint and
trigger that a migration adds or removes, though none of them changes a field; and each field of
such a class from what the field says of itself.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState
from django.db.models import Field
from pgtrigger.migrations import AddTrigger, RemoveTrigger

made_anew = Field.clone


def quicken() -> None:
    Field.clone = clone  # type: ignore[method-assign, assignment]
    ProjectState._append_option = append_option  # type: ignore[attr-defined]
    ProjectState._remove_option = remove_option  # type: ignore[attr-defined]
    AddTrigger.state_forwards = add_trigger  # type: ignore[method-assign, assignment]
    RemoveTrigger.state_forwards = remove_trigger  # type: ignore[method-assign, assignment]
    # Asked for each foreign key. The classes of a migration empty the cache that all registries
    # share; this one's own stays.
    known = functools.cache(apps.get_swappable_settings_name)
    apps.get_swappable_settings_name = known  # type: ignore[method-assign]


def clone(field: Field[Any, Any]) -> Field[Any, Any]:
    """As Django's, which takes each field apart; one of Django's own plain ones that stands in no
    class yet has nothing that its copy may not share.
    """
    plain = type(field).__module__ == Field.__module__
    if not plain or field.auto_created or hasattr(field, "model"):
        return made_anew(field)
    copied = copy.copy(field)
    # By which fields are sorted in their class.
    copied.creation_counter = Field.creation_counter
    Field.creation_counter += 1
    return copied


def append_option(
    state: ProjectState, app_label: str, model_name: str, option_name: str, added: Any
) -> None:
    """As Django's, but the class is kept and told."""
    options = state.models[app_label, model_name.lower()].options
    options[option_name] = [*options.get(option_name, []), added]
    tell(state, app_label, model_name, option_name)


def remove_option(
    state: ProjectState, app_label: str, model_name: str, option_name: str, removed: str
) -> None:
    """As Django's, but the class is kept and told."""
    options = state.models[app_label, model_name.lower()].options
    kept = [each for each in options.get(option_name, []) if each.name != removed]
    options[option_name] = kept
    tell(state, app_label, model_name, option_name)


def tell(state: ProjectState, app_label: str, model_name: str, option_name: str) -> None:
    if "apps" in state.__dict__:  # else there are no classes yet, and asking would make them
        meta = state.apps.get_model(app_label, model_name)._meta
        options = state.models[app_label, model_name.lower()].options[option_name]
        # Names of indexes and constraints may hold %(class)s.
        named = (lambda each: each) if option_name == "triggers" else meta._format_names
        setattr(meta, option_name, named(options))


def add_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    append_option(state, app_label, operation.model_name, "triggers", operation.trigger)


def remove_trigger(operation: RemoveTrigger, app_label: str, state: ProjectState) -> None:
    remove_option(state, app_label, operation.model_name, "triggers", operation.name)
