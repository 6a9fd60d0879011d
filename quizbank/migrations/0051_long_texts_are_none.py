from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at."""

    dependencies = [("quizbank", "0050_texts_are_bounded")]

    operations = [
        ValidateConstraint("choice", "choice_text_is_bounded"),
        ValidateConstraint("choice", "choice_feedback_is_bounded"),
        ValidateConstraint("question", "question_stem_is_bounded"),
        ValidateConstraint("question", "question_explanation_is_bounded"),
        ValidateConstraint("question", "question_tags_are_short"),
    ]
