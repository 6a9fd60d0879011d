from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
SIMILAR = "CREATE OR REPLACE FUNCTION public.similar_terms("
DROP = """
    DROP FUNCTION public.terms_spelled_like(text, smallint[], smallint[], integer, bigint[], text);
"""


def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("flavors", "0038_no_index_twice")]

    operations = [
        migrations.RunSQL(
            text_of("terms_spelled_like_v2") + text_of("similar_terms_v5"),
            DROP + text_of("similar_terms_v2").partition(SIMILAR)[0] + text_of("similar_terms_v4"),
        ),
    ]
