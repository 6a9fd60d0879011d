from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ops", "0018_roll_ups")]

    operations = [
        migrations.AddField("viewstate", "written_state", models.JSONField(null=True)),
        migrations.RunSQL(
            text_of("written_state_v1"), "DROP FUNCTION public.written_state(text[]);"
        ),
        migrations.RunSQL(text_of("refresh_view_v4"), text_of("refresh_view_v3")),
        migrations.RunSQL(text_of("kept_as_of_v1"), "DROP FUNCTION public.kept_as_of(text);"),
    ]
