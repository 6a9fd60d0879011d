"""The moderation queue: what waits on the left, one profile and the decision on it on the right."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from assessments.actions import Refused, Stale, Why, undo_decision
from assessments.models import ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import Action
from assessments.moderation import waiting
from assessments.moderation.claims import claim_next, claim_profile, release_claims
from assessments.moderation.deciding import DECIDE, DONE, decide
from assessments.moderation.item import Item, item_of
from assessments.moderation.waiting import HOLDERS, KINDS, Place, Wanted
from ops.admin.reading import ReadingAdmin

NAME = "assessments_publicprofile_queue"
PERMISSION = "assessments.moderate_publicprofile"
# In the login session: one stays on the item after deciding.
STAYS = "queue_stays"


@dataclass(frozen=True)
class Typed:
    """What stood in the form, to stand there again."""

    action: str = ""
    reason: str = ""
    message: str = ""
    note: str = ""
    version: str = ""

    @property
    def is_text(self) -> bool:
        return bool(self.message.strip() or self.note.strip())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """For a form that takes it along."""
        return [(each.name, getattr(self, each.name)) for each in fields(self)]

    @classmethod
    def of(cls, request: HttpRequest) -> Typed:
        return cls(**{each.name: request.POST.get(each.name, "") for each in fields(cls)})


class ProfileQueue(ReadingAdmin):
    """Filters stand in the query of every address, its forms' included."""

    def get_urls(self) -> list[URLPattern]:
        return [*self.queue_urls(), *super().get_urls()]

    def queue_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("queue/", view(self.queue_view), name=NAME),
            path("queue/next/", view(self.queue_next), name=f"{NAME}_next"),
            path("queue/undo/", view(self.queue_undo), name=f"{NAME}_undo"),
            path("queue/<uuid:pk>/", view(self.queue_item), name=f"{NAME}_item"),
            path("queue/<uuid:pk>/claim/", view(self.queue_claim), name=f"{NAME}_claim"),
            path("queue/<uuid:pk>/release/", view(self.queue_release), name=f"{NAME}_release"),
            path("queue/<uuid:pk>/stay/", view(self.queue_stay), name=f"{NAME}_stay"),
            path("queue/<uuid:pk>/decide/", view(self.queue_decide), name=f"{NAME}_decide"),
        ]

    # --- Looking ----------------------------------------------------------------------------------
    def queue_view(self, request: HttpRequest) -> HttpResponse:
        require(request)
        return self.queue_page(request)

    def queue_item(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Looking claims nothing."""
        require(request)
        return self.queue_page(request, pk)

    def queue_page(
        self,
        request: HttpRequest,
        pk: UUID | None = None,
        *,
        typed: Typed = Typed(),
        refusal: str = "",
    ) -> HttpResponse:
        now, wanted = timezone.now(), wanted_of(request)
        item = found_item(pk, request.user, now) if pk else None
        counts = waiting.counts(request.user, wanted, now)
        page = page_number(request)
        if item and item.is_waiting and "page" not in request.GET:
            page = waiting.page_of(request.user, wanted, now, waiting.place_of(item.profile))
        claim = item.row.claim if item else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Moderation queue",
            "subtitle": item.profile.name if item else None,
            "rows": waiting.rows(request.user, wanted, now, page),
            "page": page,
            "last_page": max(0, counts["shown"] - 1) // waiting.PAGE,
            "counts": counts,
            "filters": filters(wanted, counts),
            "is_filtered": wanted != waiting.EVERYTHING,
            "query": query_of(request),
            "item": item,
            "is_mine": bool(claim and claim.user_id == request.user.pk),
            "holder": claim if claim and claim.user_id != request.user.pk else None,
            "typed": typed,
            "was_typed": typed.is_text and not is_offered(item, claim, typed, request.user),
            "refusal": refusal,
            "stays": stays(request),
            "done": done_of(request),
        }
        template = "admin/assessments/publicprofile/queue.html"
        return TemplateResponse(request, template, context)

    # --- Who looks at what ------------------------------------------------------------------------
    def queue_next(self, request: HttpRequest) -> HttpResponse:
        """The next free item behind the one that is left, if the form names it."""
        require(request, post=True)
        return self.move_on(request, place(request.POST.get("after", "")))

    def queue_claim(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        require(request, post=True)
        found_profile(pk)
        claim_profile(key=pk, user=request.user, take_over="take" in request.POST)
        if (typed := Typed.of(request)).is_text:
            return self.queue_page(request, pk, typed=typed)
        return redirect(address(request, "item", pk))

    def queue_release(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        require(request, post=True)
        found_profile(pk)
        if release_claims(user=request.user):
            self.message_user(request, "Released: others may take it.")
        return redirect(address(request))

    def queue_stay(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Whether a decision opens the next item or stays, from now on in this login session."""
        require(request, post=True)
        found_profile(pk)
        request.session[STAYS] = bool(request.POST.get("stay"))
        return redirect(address(request, "item", pk, stay=""))

    def move_on(self, request: HttpRequest, after: Place | None, **query: Any) -> HttpResponse:
        key = claim_next(user=request.user, wanted=wanted_of(request), after=after)
        if key is None:
            self.message_user(request, "Nothing else is free that you may decide on.")
            return redirect(address(request, **query))
        return redirect(address(request, "item", key, **query))

    # --- Deciding ---------------------------------------------------------------------------------
    def queue_decide(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        require(request, post=True)
        typed, after = Typed.of(request), place(str(found_profile(pk).pk))
        try:
            event = decide(key=pk, user=request.user, **decision_of(typed))
        except Stale:
            return self.queue_page(
                request, pk, typed=typed, refusal=meanwhile(pk, typed, request.user)
            )
        except Refused as refusal:
            return self.queue_page(request, pk, typed=typed, refusal=str(refusal))
        if stays(request):
            return redirect(address(request, "item", pk, done=str(event.pk)))
        return self.move_on(request, after, done=str(event.pk))

    def queue_undo(self, request: HttpRequest) -> HttpResponse:
        """Opens what is undecided again."""
        require(request, post=True)
        user: Any = request.user
        event = event_of(request.POST.get("event", ""), user)
        if event is None:
            self.message_user(request, "There is nothing of yours to undo.", messages.WARNING)
            return redirect(address(request))
        try:
            undo_decision(event=event, user=user)
        except Refused as refusal:
            self.message_user(request, f"Not undone. {refusal}", messages.ERROR)
        else:
            claim_profile(key=event.profile_id, user=request.user)
            self.message_user(request, f"Undone: {told(event)}", messages.SUCCESS)
        return redirect(address(request, "item", event.profile_id))


def require(request: HttpRequest, *, post: bool = False) -> None:
    if not request.user.has_perm(PERMISSION) or (post and request.method != "POST"):
        raise PermissionDenied


def stays(request: HttpRequest) -> bool:
    """As the switch says, or the address for once."""
    return "stay" in request.GET or bool(request.session.get(STAYS))


# --- The address ----------------------------------------------------------------------------------
def wanted_of(request: HttpRequest) -> Wanted:
    kind, holder = request.GET.get("why", ""), request.GET.get("who", "")
    return Wanted(kind if kind in KINDS else "", holder if holder in HOLDERS else "")


def query_of(request: HttpRequest, **more: str) -> str:
    """What stays from page to page, with its question mark; empty for nothing."""
    wanted = wanted_of(request)
    kept = {"why": wanted.kind, "who": wanted.holder, "stay": request.GET.get("stay", "")} | more
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"?{query}" if query else ""


def address(request: HttpRequest, view: str = "", pk: Any = None, **more: str) -> str:
    name = f"admin:{NAME}_{view}" if view else f"admin:{NAME}"
    return reverse(name, args=[pk] if pk else []) + query_of(request, **more)


def page_number(request: HttpRequest) -> int:
    """From 0; the address counts from 1."""
    number = request.GET.get("page", "1")
    return min(max(int(number), 1), 10_000) - 1 if number.isdecimal() else 0


def filters(wanted: Wanted, counts: dict[str, int]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(label, links) of each filter; a link keeps what the other one chose."""

    def link(label: str, count: str, **chosen: str) -> dict[str, Any]:
        both = {"why": wanted.kind, "who": wanted.holder} | chosen
        query = urlencode({name: value for name, value in both.items() if value})
        is_chosen = Wanted(both["why"], both["who"]) == wanted
        return {
            "label": label, "count": counts[count], "query": f"?{query}", "is_chosen": is_chosen
        }  # fmt: skip

    kinds = [link("All", "any_kind", why="")]
    kinds += [link(label, kind, why=kind) for kind, label in KINDS.items()]
    holders = [link("Everybody's", "any_holder", who="")]
    holders += [link(label, holder, who=holder) for holder, label in HOLDERS.items()]
    return [("Why", kinds), ("Who", holders)]


# --- What a form names ----------------------------------------------------------------------------
def found_item(pk: UUID, user: Any, now: Any) -> Item:
    try:
        return item_of(pk, user, now)
    except PublicProfile.DoesNotExist:
        raise Http404 from None


def found_profile(pk: UUID) -> PublicProfile:
    profile = PublicProfile.objects.only("pk").filter(pk=pk).first()
    if profile is None:
        raise Http404
    return profile


def place(key: str) -> Place | None:
    """Where the item stands that is left; None where it stands nowhere any more."""
    try:
        uuid = UUID(key)
    except ValueError:
        return None
    found = waiting.waiting(None, now=timezone.now()).filter(pk=uuid).first()
    return waiting.place_of(found) if found else None


def decision_of(typed: Typed) -> dict[str, Any]:
    """For `decide`. Raises Refused for what no form of ours sends."""
    if typed.action not in DECIDE or not typed.version.isdecimal():
        raise Refused("Choose what to do.")
    reason = ModerationReason.objects.filter(is_active=True, pk=typed.reason).first()
    return {
        "action": Action(typed.action),
        "version": int(typed.version),
        "why": Why(reason, typed.message, typed.note),
    }


def event_of(key: str, user: Any) -> ProfileEvent | None:
    """The person's own event of that key."""
    try:
        found = ProfileEvent.objects.filter(pk=UUID(key), actor=user.pk)
    except ValueError:
        return None
    return found.select_related("profile").first()


# --- In words -------------------------------------------------------------------------------------
def done_of(request: HttpRequest) -> dict[str, Any] | None:
    """The person's last decision, which the address names, for as long as it can be taken back."""
    event = event_of(request.GET.get("done", ""), request.user)
    if event is None or event.action not in DONE:
        return None
    can_undo = event.can_be_undone and event.version == event.profile.version
    return {"event": event, "text": told(event), "can_undo": can_undo}


def told(event: ProfileEvent) -> str:
    what = f"the edit of {event.profile}" if event.is_on_edit else str(event.profile)
    return f"{DONE[Action(event.action)]}: {what}."


def is_offered(item: Item | None, claim: Any, typed: Typed, user: Any) -> bool:
    """Whether the form is there, with what was chosen; then the text stands in it."""
    if item is None or item.is_own or (claim and claim.user_id != user.pk):
        return False
    return typed.action in {choice.action for choice in item.choices}


def meanwhile(pk: UUID, typed: Typed, user: Any) -> str:
    """Who did what since the page was shown."""
    last = ProfileEvent.objects.filter(profile=pk).select_related("reason").first()
    kept = "Nothing changed, and what you typed still stands here."
    if last is None or not last.actor_name or last.version <= int(typed.version):
        return f"The owner changed it meanwhile: look again. {kept}"
    done = DONE.get(Action(last.action), last.get_action_display()).lower()
    why = f" ({last.reason})" if last.reason else ""
    ago = waiting.age(last.created_at, timezone.now())
    if last.actor_id == user.pk:
        return f"You decided meanwhile, in another window: {done}{why}, {ago} ago. {kept}"
    return f"Somebody else decided meanwhile: {last.actor_name}, {done}{why}, {ago} ago. {kept}"
