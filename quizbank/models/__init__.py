from quizbank.models.category import Category
from quizbank.models.choice import Choice
from quizbank.models.exam import Exam, Subject
from quizbank.models.importing import ImportBatch, ImportItem
from quizbank.models.lightning import LightningQuestion
from quizbank.models.placement import QuestionCategory, QuestionExam
from quizbank.models.question import Question
from quizbank.models.revision import QuestionRevision
from quizbank.models.statistics import CategoryStatistic

__all__ = [
    "Category",
    "CategoryStatistic",
    "Choice",
    "Exam",
    "ImportBatch",
    "ImportItem",
    "LightningQuestion",
    "Question",
    "QuestionCategory",
    "QuestionExam",
    "QuestionRevision",
    "Subject",
]
