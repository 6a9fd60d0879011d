"""Constraint shapes that several tables share."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Trim


def not_blank(field: str, *, name: str) -> models.CheckConstraint:
    """The text is more than white space."""
    return models.CheckConstraint(
        condition=~models.Q(models.lookups.Exact(Trim(field), models.Value(""))),
        name=name,
        violation_error_message=f"{field.replace('_', ' ').capitalize()} must not be empty.",
    )


def one_of(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """The value is one of the enumeration's."""
    return models.CheckConstraint(condition=models.Q((f"{field}__in", choices.values)), name=name)
