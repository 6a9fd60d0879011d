"""How sessions and answers come in. The SQL functions are the one implementation; this calls them.

A refusal of a whole call is `quizbank.actions.Refused`; a single answer's is its outcome.
"""

from quizbank.intake.sessions import (
    Outcome,
    Started,
    abandon_session,
    complete_session,
    pause_session,
    resume_session,
    start_session,
    submit_answers,
)
from quizbank.intake.stream import queue_answers

__all__ = [
    "Outcome",
    "Started",
    "abandon_session",
    "complete_session",
    "pause_session",
    "queue_answers",
    "resume_session",
    "start_session",
    "submit_answers",
]
