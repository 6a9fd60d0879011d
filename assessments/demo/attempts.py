"""Members and their attempts at the assessment, over the last three years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from assessments.models import AssessmentSession, Badge, Member
from assessments.models.choices import Confidence, LightningDifficulty, SessionStatus, Tier

DAYS = 3 * 365
# What the category scores are the mean of.
CATEGORIES = {
    "technical": ("technical", "ai_readiness", "iq"),
    "emotional": ("eq", "empathy", "self_awareness", "gtm"),
    "creative": ("passions", "culture_fit", "personality", "motivation"),
}
FITTING = {
    "Analyst": ["Data analyst", "Risk analyst"],
    "Architect": ["Systems architect", "Backend engineer"],
    "Connector": ["Partner manager", "Community lead"],
    "Explorer": ["Field researcher", "Prototype engineer"],
    "Maker": ["Product engineer", "Workshop lead"],
    "Mentor": ["Engineering manager", "Trainer"],
    "Storyteller": ["Content lead", "Learning designer"],
    "Strategist": ["Head of strategy", "Programme director"],
}
TYPES = ("INTJ", "ENFP", "ISTP", "INFJ", "ENTJ", "ISFJ", "ESTP", "INTP")


@dataclass(frozen=True)
class Person:
    """One line of the fixture, as a member."""

    member: Member
    line: Mapping[str, Any]
    # Seeded with the person's place, so that a line more changes nobody else.
    random: Random


def people(lines: list[dict[str, Any]], now: datetime) -> list[Person]:
    found = []
    for place, line in enumerate(lines):
        random = Random(place)  # noqa: S311  # content, no secret
        joined = now - timedelta(days=random.uniform(30, DAYS))
        member = Member(
            id=UUID(int=random.getrandbits(128), version=4),
            display_name=line["name"],
            email=line["email"],
            created_at=joined,
            last_seen_at=max(joined, now - timedelta(days=random.expovariate(1 / 40))),
            is_active=line.get("story") != "inactive",
        )
        found.append(Person(member, line, random))
    return found


def attempts(
    person: Person, badges: Mapping[str, Badge], now: datetime
) -> Iterator[AssessmentSession]:
    """The first is completed, for whom a profile or chance wants one; later ones as they come."""
    random, profiled = person.random, "story" in person.line
    level = random.gauss(70, 13)
    moment = person.member.created_at
    for number in range(random.choice([1, 1, 1, 2, 2, 3, 4])):
        moment += (now - moment) * random.uniform(0.02, 0.5)
        if number and random.random() < 0.4:
            # A retake of the last hours, so that the board moves.
            moment = now - timedelta(hours=random.uniform(1, 20))
        if (profiled and not number) or random.random() < 0.8:
            yield completed(person, badges, moment, level)
        else:
            yield unfinished(person, moment)
        level += random.gauss(3, 4)


def unfinished(person: Person, moment: datetime) -> AssessmentSession:
    """Shows how far it went."""
    random = person.random
    return AssessmentSession(
        id=key_of(moment),
        user=person.member,
        status=random.choice([SessionStatus.ABANDONED, SessionStatus.IN_PROGRESS]),
        current_section=random.choice(["interview", "technical", "culture", "lightning"]),
        current_question_index=random.randrange(1, 40),
        started_at=moment,
        last_activity_at=moment + timedelta(minutes=random.randrange(1, 50)),
        career_level=person.line["career_level"],
    )


@dataclass(frozen=True)
class Outcome:
    """What the answers of an attempt came to, in percent; None for no score."""

    dimensions: dict[str, int]
    by_category: dict[str, int | None]
    overall: int
    # None of a round that was not played; in fives: equal scores share a rank.
    lightning: int | None

    @property
    def tier(self) -> Tier:
        return (
            Tier.TOP_1
            if self.overall >= 85
            else Tier.BENCHED
            if self.overall >= 60
            else Tier.PASSED
        )

    def values(self) -> dict[str, int | None]:
        """By the names that badges have in their criteria."""
        scores = {f"{name}_score": score for name, score in self.by_category.items()}
        others = {"lightning_round_score": self.lightning, "overall_score": self.overall}
        return self.dimensions | scores | others


def outcome_of(person: Person, level: float) -> Outcome:
    random = person.random
    dimensions = {
        name: percent(random.gauss(level, 9)) for names in CATEGORIES.values() for name in names
    }
    dimensions["work_history"] = percent(20 + 3 * person.line["years_experience"])
    means = {
        category: round(sum(dimensions[name] for name in names) / len(names))
        for category, names in CATEGORIES.items()
    }
    scores: dict[str, int | None] = dict(means)
    if random.random() < 0.06:
        scores[random.choice(list(scores))] = None
    played = random.random() < 0.85
    lightning = 5 * round(percent(random.gauss(level - 5, 16)) / 5) if played else None
    return Outcome(dimensions, scores, round(sum(means.values()) / len(means)), lightning)


def completed(
    person: Person, badges: Mapping[str, Badge], moment: datetime, level: float
) -> AssessmentSession:
    random, line = person.random, person.line
    ended = moment + timedelta(minutes=random.randrange(25, 58))
    outcome = outcome_of(person, level)
    played = outcome.lightning is not None
    values = outcome.values() | {"years_experience": line["years_experience"]}
    return AssessmentSession(
        id=key_of(moment),
        user=person.member,
        status=SessionStatus.COMPLETED,
        started_at=moment,
        completed_at=ended,
        last_activity_at=ended,
        analyzed_at=ended + timedelta(minutes=2),
        # An analysis that gave no score.
        overall_score=None if random.random() < 0.03 else outcome.overall,
        dimensions=outcome.dimensions,
        category_scores=shaped(outcome.by_category, random),
        archetype=line["archetype"],
        archetype_confidence=random.choice(list(Confidence)),
        tier=outcome.tier,
        personality_type=random.choice(TYPES),
        best_fit_roles=FITTING[line["archetype"]],
        badges=earned(badges, values),
        career_level=line["career_level"],
        years_experience=line["years_experience"],
        lightning_round_score=outcome.lightning,
        lightning_round_difficulty=random.choice(list(LightningDifficulty)) if played else None,
        lightning_round_completed_at=ended if played else None,
        absurdist_questions_answered=random.randrange(8),
    )


def shaped(scores: Mapping[str, int | None], random: Random) -> dict[str, Any]:
    """As the apps wrote them: plain, and later as an object."""
    if random.random() < 0.3:
        return dict(scores)
    return {name: None if score is None else {"overall": score} for name, score in scores.items()}


def earned(badges: Mapping[str, Badge], values: Mapping[str, int | None]) -> list[str]:
    return [
        code
        for code, badge in badges.items()
        if all((values.get(name) or 0) >= least for name, least in badge.criteria.items())
    ]


def percent(value: float) -> int:
    return round(min(max(value, 0), 100))


def key_of(moment: datetime) -> UUID:
    """A key made for that instant, which puts the row into its partition."""
    return uuid7(nanoseconds=int(moment.timestamp() * 1e9))
