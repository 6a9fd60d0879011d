from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    """A question whose key stands in two spellings is chosen twice, and refused."""

    dependencies = [("quizbank", "0052_decisions_by_column")]

    operations = [
        migrations.RunSQL(text_of("check_draw_filters_v3"), text_of("check_draw_filters_v2")),
    ]
