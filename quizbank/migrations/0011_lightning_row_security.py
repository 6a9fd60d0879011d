from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0010_list_indexes")]

    operations = [
        migrations.RunSQL(
            (SQL / "lightning_row_security_v1.sql").read_text(),
            """
            REVOKE ALL ON public.lightning_round_questions FROM steward_member;
            DROP POLICY active_questions ON public.lightning_round_questions;
            DROP POLICY staff_all ON public.lightning_round_questions;
            ALTER TABLE public.lightning_round_questions
                NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
            """,
        ),
    ]
