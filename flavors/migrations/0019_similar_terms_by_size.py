from pathlib import Path

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import Func

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"
# pg_trgm's settings are known once its library is loaded.
LOAD = "SELECT public.similarity('', '');"


class Migration(migrations.Migration):
    dependencies = [("flavors", "0018_category_imports")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        create_function(SQL / "trigram_count_v1.sql", "trigram_count(text)"),
        migrations.RemoveIndex("term", "term_trigrams"),
        migrations.AddIndex(
            "term",
            GinIndex(
                OpClass("normalized_form", name="gin_trgm_ops"),
                Func("normalized_form", function="public.trigram_count"),
                name="term_trigrams",
            ),
        ),
        *(
            migrations.RunSQL(
                LOAD + (SQL / f"{name}_v2.sql").read_text(),
                LOAD + (SQL / f"{name}_v2_down.sql").read_text(),
            )
            for name in ("similar_terms", "autocomplete_descriptors")
        ),
    ]
