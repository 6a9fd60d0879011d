"""The database's refusals in words for a person."""

from __future__ import annotations

from django.apps import apps
from django.db import InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.db.models.constraints import BaseConstraint

DISK_FULL = "53100"
# SQLSTATE → what happened.
MOMENTS = {
    "40001": "Somebody else was changing it at the same moment. Try again.",
    "40P01": "Somebody else was changing it at the same moment. Try again.",
    "55P03": "Somebody else is changing it. Try again in a moment.",
    "57014": "It took too long.",
    DISK_FULL: "The disk of the database is full. Make room there, then try again.",
}
# Nobody knows then whether the last step was done.
LOST = "The connection to the database was lost. Look whether it was done before you try again."
CONNECTION = ("08", "57P")


def reason_of(error: Exception) -> str:
    """The broken rule's own message, a trigger's text, or the rule's name as words."""
    if isinstance(error, ProtectedError):
        return "Other rows still need it."
    if is_lost_connection(error):
        return LOST
    if moment := MOMENTS.get(state_of(error)):
        return moment
    diagnosis = getattr(error.__cause__, "diag", None)
    if name := getattr(diagnosis, "constraint_name", None):
        return reason_of_constraint(name)
    text = getattr(diagnosis, "message_primary", None) or str(error) or type(error).__name__
    return text.splitlines()[0].removeprefix("pgtrigger: ")


def state_of(error: BaseException) -> str:
    """Its SQLSTATE; empty where the server said none."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_lost_connection(error: BaseException | None) -> bool:
    """Also one that was never made."""
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    state = state_of(error)
    return isinstance(error, InterfaceError) or not state or state.startswith(CONNECTION)


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
