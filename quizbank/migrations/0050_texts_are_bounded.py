import django.db.models.functions.text
import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.core.management import CommandError
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TOO_LONG = """
    SELECT string_agg(DISTINCT id::text, ', ') FROM (
        (SELECT id FROM public.questions
        WHERE greatest(length(stem), length(explanation)) > 100000
            OR array_to_string(tags, ',') ~ '[^,]{101}'
        ORDER BY id LIMIT 5)
        UNION ALL
        (SELECT question_id FROM public.choices
        WHERE greatest(length(text), length(feedback)) > 100000
        ORDER BY question_id LIMIT 5)
    ) AS first
"""


def refuse_long_texts(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute(TOO_LONG)
        if keys := cursor.fetchone()[0]:
            raise CommandError(
                "Texts of a question have 100,000 characters at most, tags 100. Shorten those of"
                f" the questions with these ids (the first are named), then migrate again: {keys}."
            )


class Migration(migrations.Migration):
    """People wrote the texts: a person shortens them."""

    dependencies = [("quizbank", "0049_reports_can_be_seen")]

    operations = [
        migrations.RunPython(refuse_long_texts, migrations.RunPython.noop),
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="choice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("text"), 100000
                    )
                ),
                name="choice_text_is_bounded",
                violation_error_message="Text has 100,000 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="choice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("feedback"), 100000
                    )
                ),
                name="choice_feedback_is_bounded",
                violation_error_message="Feedback has 100,000 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("stem"), 100000
                    )
                ),
                name="question_stem_is_bounded",
                violation_error_message="Stem has 100,000 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("explanation"), 100000
                    )
                ),
                name="question_explanation_is_bounded",
                violation_error_message="Explanation has 100,000 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Regex(
                        models.Func(
                            "tags",
                            models.Value(","),
                            function="array_to_string",
                            output_field=models.TextField(),
                        ),
                        "[^,]{101}",
                    ),
                    _negated=True,
                ),
                name="question_tags_are_short",
                violation_error_message="A tag has 100 characters at most.",
            ),
        ),
    ]
