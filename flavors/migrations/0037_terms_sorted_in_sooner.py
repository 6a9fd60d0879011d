from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import Func


class Migration(migrations.Migration):
    """The index stays as it is, and takes in sooner what waits."""

    dependencies = [("flavors", "0036_short_words_looked_up_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "ALTER INDEX public.term_trigrams SET (gin_pending_list_limit = 64)",
                    "ALTER INDEX public.term_trigrams RESET (gin_pending_list_limit)",
                )
            ],
            [
                migrations.RemoveIndex("term", "term_trigrams"),
                migrations.AddIndex(
                    "term",
                    GinIndex(
                        OpClass("normalized_form", name="gin_trgm_ops"),
                        Func("normalized_form", function="public.trigram_count"),
                        name="term_trigrams",
                        gin_pending_list_limit=64,
                    ),
                ),
            ],
        )
    ]
