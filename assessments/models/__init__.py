from assessments.models.badge import Badge
from assessments.models.event import ProfileEvent
from assessments.models.leaderboard import (
    LeaderboardAttempt,
    LeaderboardMover,
    LeaderboardPrevious,
    LeaderboardRow,
    LeaderboardStep,
    LeaderboardTotal,
)
from assessments.models.member import Member
from assessments.models.profile import ProfileSlug, PublicProfile, ReservedWord
from assessments.models.reason import ModerationReason
from assessments.models.session import AssessmentSession
from assessments.models.video import VideoHost

__all__ = [
    "AssessmentSession",
    "Badge",
    "LeaderboardAttempt",
    "LeaderboardMover",
    "LeaderboardPrevious",
    "LeaderboardRow",
    "LeaderboardStep",
    "LeaderboardTotal",
    "Member",
    "ModerationReason",
    "ProfileEvent",
    "ProfileSlug",
    "PublicProfile",
    "ReservedWord",
    "VideoHost",
]
