from pathlib import Path

from django.db import migrations

from ops.partitions import create_first_partitions

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0014_partitions_by_any_key"),
        ("assessments", "0001_functions"),
        ("quizbank", "0012_answers_and_sessions"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "all_quiz_sessions_v1.sql").read_text(), "DROP VIEW public.all_quiz_sessions"
        ),
        migrations.RunSQL(
            (SQL / "learning_row_security_v1.sql").read_text(),
            (SQL / "learning_row_security_v1_down.sql").read_text(),
        ),
        create_first_partitions("answers", "month", ahead=3),
        create_first_partitions("user_interactions", "month", ahead=3),
        migrations.RunSQL(
            (SQL / "learning_storage_v1.sql").read_text(),
            """
            ALTER TABLE public.uncounted_answers
                RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
            ALTER TABLE public.quiz_sessions RESET (autovacuum_vacuum_scale_factor);
            ALTER TABLE public.user_progress
                RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
            """,
        ),
    ]
