import django.db.models.functions.text
import django.db.models.lookups
from django.core.management import CommandError
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from psycopg import sql

LIMITS = (
    ("exams", "title", "length(title)", 200),
    ("exams", "description", "length(description)", 100_000),
    ("subjects", "name", "length(name)", 200),
    ("categories", "name", "length(name)", 200),
    ("lightning_round_questions", "question", "length(question)", 1_000),
    ("lightning_round_questions", "correct_answer", "length(correct_answer)", 200),
    (
        "lightning_round_questions",
        "accepted_answers",
        "length(array_to_string(accepted_answers, ''))",
        5_000,
    ),
    ("lightning_round_questions", "explanation", "length(explanation)", 100_000),
)


def refuse_long_texts(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """All of them in one message."""
    long = []
    with editor.connection.cursor() as cursor:
        for table, column, length, most in LIMITS:
            cursor.execute(
                sql.SQL(
                    "SELECT string_agg(id::text, ', ') FROM (SELECT id FROM public.{}"
                    " WHERE {} > {} ORDER BY id LIMIT 5) AS first"
                ).format(sql.Identifier(table), sql.SQL(length), most)
            )
            if keys := cursor.fetchone()[0]:
                long.append(f"{table}.{column} ({most:,} characters): {keys}")
    if long:
        raise CommandError(
            "Names and texts have an end. Shorten those of the rows with these ids (the first five"
            f" of a table are named), then migrate again: {'; '.join(long)}."
        )


class Migration(migrations.Migration):
    """People wrote the texts: a person shortens them."""

    dependencies = [
        ("quizbank", "0054_no_index_twice"),
    ]

    operations = [
        migrations.RunPython(refuse_long_texts, migrations.RunPython.noop),
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("name"), 200
                    )
                ),
                name="category_name_is_short",
                violation_error_message="Name has 200 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exam",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("title"), 200
                    )
                ),
                name="exam_title_is_short",
                violation_error_message="Title has 200 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exam",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("description"), 100000
                    )
                ),
                name="exam_description_is_bounded",
                violation_error_message="Description has 100,000 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lightningquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("question"), 1000
                    )
                ),
                name="lightning_question_is_short",
                violation_error_message="Question has 1,000 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lightningquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("correct_answer"), 200
                    )
                ),
                name="lightning_answer_is_short",
                violation_error_message="Correct answer has 200 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lightningquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length(
                            models.Func(
                                "accepted_answers",
                                models.Value(""),
                                function="array_to_string",
                                output_field=models.TextField(),
                            )
                        ),
                        5000,
                    )
                ),
                name="lightning_accepted_answers_are_short",
                violation_error_message="Accepted answers have 5,000 characters at most together.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lightningquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("explanation"), 100000
                    )
                ),
                name="lightning_explanation_is_bounded",
                violation_error_message="Explanation has 100,000 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("name"), 200
                    )
                ),
                name="subject_name_is_short",
                violation_error_message="Name has 200 characters at most.",
            ),
        ),
    ]
