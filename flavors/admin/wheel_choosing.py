"""What an address or a form asks for: one wheel, or the choices that its words leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.http import urlencode

from flavors.models.choices import WheelScope, WheelType
from flavors.wheels.reading import CHOICES, Choice, choices_for
from flavors.wheels.subjects import CHOSEN, Subject, chosen_in, key_in


@dataclass(frozen=True)
class Chosen:
    """`subject` is None while it is open of whom or of what; `prefix` begins the form's names."""

    scope: WheelScope
    wheel_type: WheelType
    text: str
    prefix: str
    subject: Subject | None
    choices: list[tuple[Choice, str]]
    has_more: bool = False
    by_name: bool = True

    @property
    def scopes(self) -> list[tuple[str, str]]:
        return [(each.value, each.label) for each in CHOSEN]

    @property
    def types(self) -> list[tuple[str, str]]:
        return [(each.value, each.label) for each in WheelType]

    @property
    def shown_text(self) -> str:
        """In the field: a member's name rather than the id."""
        return (self.subject.name or self.subject.of) if self.subject else self.text

    @property
    def hidden_of(self) -> str:
        """What the address is to say."""
        return self.subject.values.get("of", "") if self.subject else self.text

    @property
    def is_short_of(self) -> bool:
        """Whether the address names less than the wheel's own, and could mean another later."""
        return self.subject is not None and self.text != self.hidden_of

    @property
    def is_nothing(self) -> bool:
        return self.subject is None and not self.choices and bool(self.text)


def choose(query: Mapping[str, str], prefix: str = "", *, sees_members: bool) -> Chosen:
    """One that is meant without doubt is chosen."""
    scope, wheel_type, text = chosen_in(query, prefix)
    if scope == WheelScope.UNIVERSAL:
        return Chosen(scope, wheel_type, "", prefix, Subject(scope, wheel_type), [])
    found = choices_for(scope, text, sees_members=sees_members)
    sure = certain(found, scope, text)
    if sure:
        return Chosen(scope, wheel_type, text, prefix, subject_for(scope, wheel_type, sure), [])
    links = [(each, link(query, prefix, scope, wheel_type, each.of)) for each in found[:CHOICES]]
    return Chosen(scope, wheel_type, text, prefix, None, links, len(found) > CHOICES, sees_members)


def certain(found: list[Choice], scope: WheelScope, text: str) -> Choice | None:
    """The only one, or the one of that very name."""
    if len(found) == 1 and text:
        return found[0]
    if scope == WheelScope.PERSONAL:
        return None
    return next((each for each in found if each.of.casefold() == text.casefold()), None)


def subject_for(scope: WheelScope, wheel_type: WheelType, choice: Choice) -> Subject:
    if scope == WheelScope.PERSONAL:
        return Subject(scope, wheel_type, key_in(choice.of), name=choice.name)
    return Subject(scope, wheel_type, of=choice.of)


def link(
    query: Mapping[str, str], prefix: str, scope: WheelScope, wheel_type: WheelType, of: str
) -> str:
    """The same page with this choice; what else its address says stays."""
    mine = {"scope": scope.value, "type": wheel_type.value, "of": of}
    kept = {name: query[name] for name in query if name[:2] in {"a-", "b-"}}
    return urlencode(kept | {f"{prefix}{name}": value for name, value in mine.items()})
