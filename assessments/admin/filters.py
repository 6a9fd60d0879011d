"""Filters of the lists of profiles and of their events; an index serves each."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, MultipleDropdownFilter

from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from assessments.queries.lists import WAITING, badge_labels, deciders
from assessments.querysets import ProfileQuerySet
from ops.admin.filters import KeyFilter
from ops.queries import values_in_index

type Choices = list[tuple[Any, str]]


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(WAITING, "Waiting for a decision"), *State.choices]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PublicProfile]
    ) -> QuerySet[PublicProfile]:
        assert isinstance(queryset, ProfileQuerySet)  # noqa: S101  # narrows the type
        if self.value() == WAITING:
            return queryset.awaiting_decision()
        return queryset.filter(state=self.value()) if self.value() else queryset


class BadgeFilter(MultipleDropdownFilter):
    """Those that have all of the chosen ones."""

    title = "badges"
    parameter_name = "badge"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """The chosen ones, too, where the catalogue lacks them."""
        chosen = request.GET.getlist(self.parameter_name)
        return list((dict(zip(chosen, chosen, strict=True)) | badge_labels()).items())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PublicProfile]
    ) -> QuerySet[PublicProfile]:
        chosen = [code for code in request.GET.getlist(self.parameter_name) if code]
        # Uses index: idx_public_profiles_badges.
        return queryset.filter(badges__contains=chosen) if chosen else queryset


class ArchetypeFilter(DropdownFilter):
    title = "archetype"
    parameter_name = "archetype"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        # Uses index: idx_public_profiles_archetype, one probe a value.
        values = values_in_index(PublicProfile, "archetype")
        return [(value, value) for value in values]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PublicProfile]
    ) -> QuerySet[PublicProfile]:
        return queryset.filter(archetype=self.value()) if self.value() else queryset


class VisibilityFilter(DropdownFilter):
    title = "visibility"
    parameter_name = "visibility"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [
            ("public", "Public"),
            ("opted_in", "Opted in, not public"),
            ("opted_out", "Not opted in"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PublicProfile]
    ) -> QuerySet[PublicProfile]:
        kinds: dict[str | None, dict[str, bool]] = {
            "public": {"is_public": True},
            "opted_in": {"opted_in": True, "is_public": False},
            "opted_out": {"opted_in": False},
        }
        return queryset.filter(**kinds.get(self.value(), {}))


class DeciderFilter(KeyFilter, DropdownFilter):
    title = "last decision by"
    parameter_name = "decider"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(str(user.pk), user.get_username()) for user in deciders()]

    def narrowed(self, queryset: QuerySet[PublicProfile], key: int) -> QuerySet[PublicProfile]:
        # Uses index: profile_by_decider.
        return queryset.filter(decided_by=key)


class EventActionFilter(DropdownFilter):
    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return list(Action.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ProfileEvent]
    ) -> QuerySet[ProfileEvent]:
        # Uses index: profile_event_by_action.
        return queryset.filter(action=self.value()) if self.value() else queryset


class EventActorFilter(KeyFilter, DropdownFilter):
    title = "person"
    parameter_name = "person"
    OWNER = "owner"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        people = [(str(user.pk), user.get_username()) for user in deciders()]
        return [(self.OWNER, "The owner"), *people]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ProfileEvent]
    ) -> QuerySet[ProfileEvent]:
        # Uses index: profile_event_by_actor.
        if self.value() == self.OWNER:
            return queryset.filter(actor=None)
        return super().queryset(request, queryset)

    def narrowed(self, queryset: QuerySet[ProfileEvent], key: int) -> QuerySet[ProfileEvent]:
        return queryset.filter(actor=key)
