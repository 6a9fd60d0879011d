"""The database's refusals in words for a person."""

from __future__ import annotations

from django.apps import apps
from django.db import InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.db.models.constraints import BaseConstraint

# SQLSTATE → what happened.
MOMENTS = {
    "40001": "Somebody else was changing it at the same moment. Try again.",
    "40P01": "Somebody else was changing it at the same moment. Try again.",
    "55P03": "Somebody else is changing it. Try again in a moment.",
    "57014": "It took too long.",
}
# Nobody knows then whether the last step was done.
LOST = "The connection to the database was lost. Look whether it was done before you try again."
CONNECTION = ("08", "57P")


def reason_of(error: Exception) -> str:
    """The broken rule's own message, a trigger's text, or the rule's name as words."""
    if isinstance(error, ProtectedError):
        return "Other rows still need it."
    diagnosis = getattr(error.__cause__, "diag", None)
    state = getattr(diagnosis, "sqlstate", None) or ""
    if is_lost_connection(error, state):
        return LOST
    if moment := MOMENTS.get(state):
        return moment
    if name := getattr(diagnosis, "constraint_name", None):
        return reason_of_constraint(name)
    text = getattr(diagnosis, "message_primary", None) or str(error) or type(error).__name__
    return text.splitlines()[0].removeprefix("pgtrigger: ")


def is_lost_connection(error: Exception, state: str) -> bool:
    if isinstance(error, InterfaceError):
        return True
    return isinstance(error, OperationalError) and (not state or state.startswith(CONNECTION))


def reason_of_constraint(name: str) -> str:
    if message := message_of_constraint(name):
        return message
    if name.endswith("_pkey"):
        return "It is there already."
    if "_fk_" in name:
        return "Something that it refers to, or that refers to it, stands in the way."
    return f"The rule “{name.replace('_', ' ')}” would be broken."


def message_of_constraint(name: str) -> str:
    """What the constraint declares for people; empty when it declares nothing."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                message = constraint.violation_error_message
                custom = message != BaseConstraint.default_violation_error_message
                return str(message) if custom and message else ""
    return ""
