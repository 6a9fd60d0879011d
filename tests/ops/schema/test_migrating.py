"""What a migration adds to a model without a change of its fields keeps the model's class."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger import Protect, Update
from pgtrigger.migrations import AddTrigger

from ops.models import Run

INDEX = models.Index(fields=["name"], name="by_name_%(class)s")
CHECK = models.CheckConstraint(condition=~models.Q(name=""), name="name_is_said")
TRIGGER = Protect(name="stays", operation=Update)


def after(*operations: Operation) -> ProjectState:
    """The classes are there from the beginning, as when migrations run."""
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]
    for operation in (CreateModel("thing", fields, options={"indexes": []}), *operations):
        assert state.apps
        operation.state_forwards("ops", state)
    return state


def options_of(state: ProjectState) -> dict[str, list[str]]:
    meta = state.apps.get_model("ops", "thing")._meta
    named = {name: getattr(meta, name, []) for name in ("indexes", "constraints", "triggers")}
    return {name: [each.name for each in found] for name, found in named.items()}


@pytest.mark.parametrize(
    "added",
    [AddIndex("thing", INDEX), AddConstraint("thing", CHECK), AddTrigger("thing", TRIGGER)],
    ids=["index", "constraint", "trigger"],
)
def test_class_is_kept_and_knows_what_was_added(added: Operation) -> None:
    state = after()
    thing = state.apps.get_model("ops", "thing")
    added.state_forwards("ops", state)

    assert state.apps.get_model("ops", "thing") is thing
    # As it would be made from nothing.
    made = ProjectState({("ops", "thing"): state.models["ops", "thing"].clone()})
    assert options_of(state) == options_of(made)
    assert sum(map(len, options_of(state).values())) == 1


def test_what_follows_knows_it_too() -> None:
    state = after(
        AddIndex("thing", INDEX),
        AddConstraint("thing", CHECK),
        AddTrigger("thing", TRIGGER),
        AddField("thing", "size", models.IntegerField(null=True)),
    )
    kept = {"indexes": ["by_name_thing"], "constraints": ["name_is_said"], "triggers": ["stays"]}
    assert options_of(state) == kept

    RemoveIndex("thing", INDEX.name).state_forwards("ops", state)
    assert options_of(state) == kept | {"indexes": []}


def test_models_to_be_swapped_are_known() -> None:
    assert apps.get_swappable_settings_name(User._meta.label) == "AUTH_USER_MODEL"
    assert apps.get_swappable_settings_name(Run._meta.label) is None
    assert ModelState.from_model(Run).name == "Run"
