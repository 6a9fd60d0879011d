"""What a wheel is of: a member, an item, a category of items or everybody, and a type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.http import urlencode

from flavors.models import FlavorWheel
from flavors.models.choices import WheelScope, WheelType

# Of a tasting: only what members saved themselves.
CHOSEN = (WheelScope.UNIVERSAL, WheelScope.PERSONAL, WheelScope.CATEGORY, WheelScope.ITEM)
SOMEBODY = "an erased member"


@dataclass(frozen=True)
class Subject:
    """`of` is the item or the category; `name` the member's, for people."""

    scope: WheelScope
    wheel_type: WheelType
    user_id: UUID | None = None
    of: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        whose = {
            WheelScope.UNIVERSAL: "everybody",
            WheelScope.PERSONAL: self.name or SOMEBODY,
        }.get(self.scope, self.of)
        return whose if self.scope != WheelScope.TASTING else f"a tasting of {self.name}"

    @property
    def nameless(self) -> Subject:
        """For those who may not see members: they know one by the end of the id."""
        return replace(self, name=f"…{str(self.user_id)[-8:]}") if self.user_id else self

    @property
    def title(self) -> str:
        return f"{self.wheel_type.label} wheel of {self.words}"

    @property
    def is_counted_now(self) -> bool:
        """Else as of the last refresh of the descriptor views."""
        return self.scope not in (WheelScope.UNIVERSAL, WheelScope.PERSONAL)

    @property
    def values(self) -> dict[str, str]:
        """Its address, as a query."""
        key = str(self.user_id) if self.scope == WheelScope.PERSONAL else self.of
        found = {"scope": self.scope.value, "of": key, "type": self.wheel_type.value}
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.values)

    @property
    def file_name(self) -> str:
        """Plain letters: what the header can carry everywhere."""
        return f"wheel-{self.scope.value}-{self.wheel_type.value}"

    def saved(self) -> FlavorWheel | None:
        return FlavorWheel.objects.filter(
            user=self.user_id, scope=self.scope, scope_value=self.of, wheel_type=self.wheel_type
        ).first()


def subject_of(wheel: FlavorWheel) -> Subject:
    return Subject(
        WheelScope(wheel.scope),
        WheelType(wheel.wheel_type),
        wheel.user_id,
        wheel.scope_value,
        wheel.user.display_name if wheel.user else "",
    )


def chosen_in(query: Mapping[str, str], prefix: str = "") -> tuple[WheelScope, WheelType, str]:
    """(scope, type, text of what) that an address asks for; what it does not know is left out."""
    scope = query.get(f"{prefix}scope", "")
    wheel_type = query.get(f"{prefix}type", "")
    return (
        WheelScope(scope) if scope in CHOSEN else WheelScope.UNIVERSAL,
        WheelType(wheel_type) if wheel_type in WheelType else WheelType.COMBINED,
        query.get(f"{prefix}of", "").replace("\0", "").strip()[:200],
    )


def key_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
