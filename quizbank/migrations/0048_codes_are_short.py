import django.db.models.functions.text
import django.db.models.lookups
from django.contrib.postgres.operations import AddConstraintNotValid
from django.core.management import CommandError
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from psycopg import sql

CODES = (
    ("categories", "code"),
    ("exams", "code"),
    ("lightning_round_questions", "id"),
    ("questions", "external_id"),
)


def refuse_long_codes(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """All of them in one message; a key that is too long itself by its beginning."""
    long = []
    with editor.connection.cursor() as cursor:
        for table, column in CODES:
            cursor.execute(
                sql.SQL(
                    "SELECT string_agg(left(key, 60), ', ') FROM (SELECT id::text AS key"
                    " FROM public.{} WHERE length({}) > 200 ORDER BY id LIMIT 5) AS first"
                ).format(sql.Identifier(table), sql.Identifier(column))
            )
            if keys := cursor.fetchone()[0]:
                long.append(f"{table}.{column} of the rows with the id {keys}")
    if long:
        raise CommandError(
            "Codes and keys have 200 characters at most. Shorten these (the first five of a table"
            f" are named), then migrate again: {'; '.join(long)}."
        )


class Migration(migrations.Migration):
    """Staff gave the codes, and shortening could make two of them the same: a person does it."""

    dependencies = [("quizbank", "0047_workers_read_sessions")]

    operations = [
        migrations.RunPython(refuse_long_codes, migrations.RunPython.noop),
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("code"), 200
                    )
                ),
                name="category_code_is_short",
                violation_error_message="Code has 200 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exam",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("code"), 200
                    )
                ),
                name="exam_code_is_short",
                violation_error_message="Code has 200 characters at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lightningquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("id"), 200
                    )
                ),
                name="lightning_key_is_short",
                violation_error_message="Id has 200 characters at most.",
            ),
        ),
        AddConstraintNotValid(
            model_name="problemreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "description__regex",
                        "[^[:space:][:cntrl:]\\u00A0\\u00AD\\u034F\\u061C\\u115F\\u1160\\u1680\\u17B4\\u17B5\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]",
                    )
                ),
                name="report_says_something",
                violation_error_message="Description needs a character that can be seen.",
            ),
        ),
        AddConstraintNotValid(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("external_id"), 200
                    )
                ),
                name="question_external_id_is_short",
                violation_error_message="External id has 200 characters at most.",
            ),
        ),
    ]
