from quizbank.models.answer import Answer, AnswersSetAside, UncountedAnswers
from quizbank.models.archived_counts import (
    ArchivedDayCount,
    ArchivedMemberCount,
    ArchivedQuestionCount,
    ArchivedSessionMarks,
)
from quizbank.models.category import Category
from quizbank.models.choice import Choice
from quizbank.models.exam import Exam, Subject
from quizbank.models.importing import ImportBatch, ImportItem
from quizbank.models.interaction import InteractionSummary, UserInteraction
from quizbank.models.item_statistics import ChoiceStatistic, ExamStatistic, ItemStatistic
from quizbank.models.lightning import LightningQuestion
from quizbank.models.placement import QuestionCategory, QuestionExam
from quizbank.models.pool import QuestionPool, QuestionPoolList, WaitingPool
from quizbank.models.question import Question
from quizbank.models.quiz_session import AnyQuizSession, ArchivedQuizSession, QuizSession
from quizbank.models.report import ProblemReport
from quizbank.models.revision import QuestionRevision
from quizbank.models.similarity import QuestionDismissal, QuestionSimilarity, SimilarityCheck
from quizbank.models.statistics import CategoryStatistic, UserDailyStat
from quizbank.models.study import (
    PerformanceSummary,
    PracticeStanding,
    QuestionDifficulty,
    StudySession,
    UserProgress,
)

__all__ = [
    "Answer",
    "AnswersSetAside",
    "AnyQuizSession",
    "ArchivedDayCount",
    "ArchivedMemberCount",
    "ArchivedQuestionCount",
    "ArchivedQuizSession",
    "ArchivedSessionMarks",
    "Category",
    "CategoryStatistic",
    "Choice",
    "ChoiceStatistic",
    "Exam",
    "ExamStatistic",
    "ImportBatch",
    "ImportItem",
    "InteractionSummary",
    "ItemStatistic",
    "LightningQuestion",
    "PerformanceSummary",
    "PracticeStanding",
    "ProblemReport",
    "Question",
    "QuestionCategory",
    "QuestionDifficulty",
    "QuestionDismissal",
    "QuestionExam",
    "QuestionPool",
    "QuestionPoolList",
    "QuestionRevision",
    "QuestionSimilarity",
    "QuizSession",
    "SimilarityCheck",
    "StudySession",
    "Subject",
    "UncountedAnswers",
    "UserDailyStat",
    "UserInteraction",
    "UserProgress",
    "WaitingPool",
]
