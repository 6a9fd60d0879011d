"""Constraint shapes that several tables share."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models.functions import Cast, Length, Trim

# Of moments that clients write: within what Python and spreadsheets know, in every time zone.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


def not_blank(field: str, *, name: str) -> models.CheckConstraint:
    """The text is more than white space."""
    return models.CheckConstraint(
        condition=~models.Q(models.lookups.Exact(Trim(field), models.Value(""))),
        name=name,
        violation_error_message=f"{field.replace('_', ' ').capitalize()} must not be empty.",
    )


# White space, controls, and characters of no width or no ink: format characters of Unicode, fillers
# of Hangul and Khmer, the empty Braille pattern, variation selectors and tags.
UNSEEN = (
    r"[:space:][:cntrl:]\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F"
    r"\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0"
    r"\uFFF0-\uFFFB\U0001D173-\U0001D17A\U000E0000-\U000E0FFF"
)


def visible(field: str, *, name: str) -> models.CheckConstraint:
    """The text has a character that can be seen, or there is none."""
    label = field.rpartition("__")[2].replace("_", " ").capitalize()
    return models.CheckConstraint(
        condition=models.Q((f"{field}__regex", f"[^{UNSEEN}]")),
        name=name,
        violation_error_message=f"{label} needs a character that can be seen.",
    )


def one_of(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """The value is one of the enumeration's."""
    return models.CheckConstraint(condition=models.Q((f"{field}__in", choices.values)), name=name)


def known_or_null(
    field: str, choices: type[models.TextChoices], *, name: str
) -> models.CheckConstraint:
    """The value is one of the enumeration's, or there is none."""
    unknown = models.Q((f"{field}__isnull", True))
    return models.CheckConstraint(
        condition=unknown | models.Q((f"{field}__in", choices.values)), name=name
    )


def between(field: str, low: int, high: int, *, name: str) -> models.CheckConstraint:
    """The number is in [low, high], or there is none."""
    return models.CheckConstraint(
        condition=models.Q((f"{field}__gte", low), (f"{field}__lte", high)),
        name=name,
        violation_error_message=f"{field.replace('_', ' ').capitalize()} is {low} to {high}.",
    )


def at_most(field: str, characters: int, *, name: str) -> models.CheckConstraint:
    """The text is no longer than that, or there is none."""
    return models.CheckConstraint(
        condition=models.Q(models.lookups.LessThanOrEqual(Length(field), characters)),
        name=name,
        violation_error_message=(
            f"{field.replace('_', ' ').capitalize()} has {characters:,} characters at most."
        ),
    )


def in_era(field: str, *, name: str) -> models.CheckConstraint:
    """The moment is one that every reader can write down, or there is none."""
    return models.CheckConstraint(
        condition=models.Q((f"{field}__gte", EARLIEST), (f"{field}__lt", LATEST)),
        name=name,
        violation_error_message=(
            f"{field.replace('_', ' ').capitalize()} is of the years 1970 to 2999."
        ),
    )


def plain_json(field: str, characters: int, *, name: str) -> models.CheckConstraint:
    """JSON that every reader can take: no longer than that, not too deep, no number too large."""
    judgement = models.Func(
        field, function="public.json_is_plain", output_field=models.BooleanField()
    )
    length = Length(Cast(field, models.TextField()))
    return models.CheckConstraint(
        condition=models.Q(models.lookups.LessThanOrEqual(length, characters))
        & models.Q(judgement),
        name=name,
        violation_error_message=(
            f"{field.replace('_', ' ').capitalize()} has {characters:,} characters at most,"
            " is nested 50 deep at most, and has no number beyond 1e300."
        ),
    )


def secure_address(field: str, *, name: str) -> models.CheckConstraint:
    """The text is an https address, or there is none."""
    return models.CheckConstraint(
        condition=models.Q((f"{field}__regex", r"^https://[^[:space:]]+$")),
        name=name,
        violation_error_message="An address begins with https://.",
    )


def sound(field: str, function: str, *, name: str, message: str) -> models.CheckConstraint:
    """What a SQL function of the database says of the value, or there is none."""
    judgement = models.Func(field, function=function, output_field=models.BooleanField())
    return models.CheckConstraint(
        condition=models.Q(judgement), name=name, violation_error_message=message
    )
