from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
MADE_FIRST = (SQL / "refuse_reserved_slug_v1.sql").read_text().partition("CREATE FUNCTION")[2]


class Migration(migrations.Migration):
    """An edit's slug is checked before it waits."""

    dependencies = [("assessments", "0022_undo_decisions_on_edits")]

    operations = [
        migrations.RunSQL(
            (SQL / "refuse_reserved_slug_v2.sql").read_text(),
            # The words stay.
            f"""
            DROP TRIGGER check_reserved_slug ON public.public_profiles;
            DROP FUNCTION public.refuse_reserved_slug();
            CREATE FUNCTION {MADE_FIRST}
            """,
        ),
    ]
