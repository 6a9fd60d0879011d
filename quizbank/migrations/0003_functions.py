from pathlib import Path

from django.db import migrations

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

FUNCTIONS = {
    "question_content": "question_content(public.questions)",
    "question_content_hash": "question_content_hash(jsonb)",
    "question_problems": "question_problems(jsonb)",
    "assert_publishable": "assert_publishable(jsonb)",
    "assert_category_parent": "assert_category_parent(bigint, bigint, bigint)",
    "place_questions": "place_questions(uuid[])",
    "place_questions_below": "place_questions_below(bigint[])",
    "assert_primary_category": "assert_primary_category(uuid)",
}


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0002_initial")]

    operations = [
        *(create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()),
        migrations.RunSQL(
            (SQL / "revision_keys_v1.sql").read_text(),
            """
            ALTER TABLE public.questions DROP CONSTRAINT published_revision_is_of_this_question;
            ALTER TABLE public.question_revisions
                DROP CONSTRAINT revision_of_question,
                DROP CONSTRAINT revision_and_question;
            """,
        ),
    ]
