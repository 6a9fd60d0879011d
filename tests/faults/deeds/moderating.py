"""A moderator who hides and restores profiles, and visitors who must not see what is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from assessments import actions
from assessments.actions import Refused, Why
from assessments.models import Member, ModerationReason, PublicProfile
from assessments.models.choices import Action, State
from assessments.moderation.deciding import decide
from ops.errors import LOST
from tests.faults.deeds import Deed

PROFILES = 8


class Moderating(Deed):
    def prepare(self) -> None:
        self.user, _ = User.objects.get_or_create(
            username="moderator under fire", defaults={"is_superuser": True}
        )
        canned = ModerationReason.objects.order_by("pk")
        self.why = Why(reason=next(each for each in canned if "hide" in each.actions))
        self.slugs = dict(self.published(number) for number in range(PROFILES))
        self.book.profiles |= dict.fromkeys(self.slugs, True)

    def published(self, number: int) -> tuple[str, UUID]:
        name = f"Fault {number}"
        key = uuid4()
        member = Member.objects.create(pk=key, display_name=name, email=f"{key}@example.org")
        profile = actions.create_profile(
            member=member, name=name, career_level="mid", years_experience=7
        )
        actions.submit_profile(profile=profile)
        profile.refresh_from_db()
        actions.publish_profile(profile=profile, version=profile.version, user=self.user)
        return profile.profile_slug, member.pk

    def once(self) -> None:
        slug = self.chance.choice(list(self.slugs))
        hide = bool(self.book.profiles[slug])
        self.book.profiles[slug] = None
        wanted = State.HIDDEN if hide else State.PUBLISHED
        while not self.insist(lambda: self.take_step(self.slugs[slug], wanted)):
            pass
        self.book.decisions += 1
        self.book.profiles[slug] = not hide

    def take_step(self, key: UUID, wanted: State) -> bool:
        """Whether it is as it is wanted now: a step whose acknowledgement was lost counts."""
        profile = PublicProfile.objects.get(pk=key)
        if profile.state == wanted:
            return True
        action = Action.HIDE if wanted == State.HIDDEN else Action.RESTORE
        why = {"why": self.why} if action == Action.HIDE else {}
        try:
            decide(key=key, action=action, version=profile.version, user=self.user, **why)
        except Refused as error:
            if str(error) != LOST:
                self.book.object_to("A decision was refused:", error)
            return False
        return True


@dataclass
class Visiting(Deed):
    """Of the web server on `port`: what is hidden is not found, whatever else goes wrong."""

    port: int = 0

    def once(self) -> None:
        hidden = [slug for slug, shown in self.book.profiles.items() if shown is False]
        if hidden:
            slug = self.chance.choice(hidden)
            status, _ = self.get(f"/profiles/{slug}/")
            if status == 200 and self.book.profiles[slug] is False:
                self.book.object_to("The public saw a hidden profile:", slug)
        hidden = [slug for slug, shown in self.book.profiles.items() if shown is False]
        _, page = self.get("/profiles/")
        for slug in hidden:
            if f"/profiles/{slug}/" in page and self.book.profiles[slug] is False:
                self.book.object_to("The public list names a hidden profile:", slug)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text; 0 where nobody answered."""
        client = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request("GET", path)
            answer = client.getresponse()
            text = answer.read().decode()
            self.book.pages[str(answer.status)] += 1
            return answer.status, text
        except (OSError, HTTPException):
            self.book.pages["no answer"] += 1
            return 0, ""
        finally:
            client.close()
