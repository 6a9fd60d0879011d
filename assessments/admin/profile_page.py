"""All of one profile: what it shows, what waits, what happened, and what its state allows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone

from assessments.actions import Refused, undo_decision
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import STEPS, Action, State
from assessments.moderation.deciding import choices_for
from assessments.moderation.item import words_of_change
from assessments.public import badges_of, scores_of
from assessments.video import video_of
from ops.admin.reading import ReadingAdmin

# So many of the newest events are on the page; the list of events has all.
EVENTS = 50


class ProfilePage(ReadingAdmin):
    page_template = "admin/assessments/publicprofile/page.html"

    def get_urls(self) -> list[URLPattern]:
        undo = self.admin_site.admin_view(self.undo_decision_view)
        return [
            path("<uuid:pk>/undo/", undo, name="assessments_publicprofile_undo"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, obj: PublicProfile) -> dict[str, Any]:
        shown = PublicProfile.objects.as_shown().select_related("claimed_by", "user")
        profile: Any = shown.get(pk=obj.pk)
        events = list(profile.events.select_related("reason", "undone_by")[: EVENTS + 1])
        may_decide = request.user.has_perm("assessments.moderate_publicprofile")
        newest = events[0] if events else None
        is_undoable = newest and is_newest(newest, profile) and newest.can_be_undone
        return {
            "title": profile.name,
            "profile": profile,
            "steps": [choice.label for choice in choices_for(profile, ())],
            "owner_steps": owner_steps(profile),
            "badges": badges_of(profile.badges or (), profile.catalogue),
            "scores": scores_of(profile.category_scores),
            "video": video_of(profile.video_url),
            "is_claimed": bool(profile.claimed_until and profile.claimed_until > timezone.now()),
            "changes": [
                words_of_change(profile, name, value)
                for name, value in (profile.pending_revision or {}).items()
            ],
            "slugs": profile.slugs.exclude(slug=profile.profile_slug),
            "events": events[:EVENTS],
            "more_events": len(events) > EVENTS,
            "undoable": newest if is_undoable and may_decide else None,
            "may_decide": may_decide,
            "may_see_member": request.user.has_perm("assessments.view_member"),
            "may_see_sessions": request.user.has_perm("assessments.view_assessmentsession"),
        }

    def undo_decision_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        user: Any = request.user
        may = user.has_perm("assessments.moderate_publicprofile")
        if request.method != "POST" or not may:
            raise PermissionDenied
        profile = get_object_or_404(PublicProfile, pk=pk)
        page = redirect("admin:assessments_publicprofile_change", profile.pk)
        event = event_in(request.POST.get("event", ""), profile)
        if event is None:
            self.message_user(request, "Choose a decision to undo first.", messages.WARNING)
            return page
        try:
            undo_decision(event=event, user=user)
        except Refused as refusal:
            self.message_user(request, f"Not undone. {refusal}", messages.ERROR)
        else:
            state = State(event.from_state).label.lower()
            then = "the edit waits again" if event.is_on_edit else f"now {state}"
            self.message_user(request, f"Undone: {then}.", messages.SUCCESS)
        return page


def event_in(key: str, profile: PublicProfile) -> ProfileEvent | None:
    try:
        return profile.events.select_related("profile").filter(pk=UUID(key)).first()
    except ValueError:
        return None


def is_newest(event: ProfileEvent, profile: PublicProfile) -> bool:
    """Nothing about the profile changed since."""
    return event.version == profile.version


def owner_steps(profile: PublicProfile) -> list[str]:
    """What the owner may do now."""
    owned = (Action.SUBMIT, Action.APPEAL, Action.WITHDRAW)
    return [
        str(action.label)
        for action in owned
        if any(before == profile.state for before, _ in STEPS[action])
    ]
