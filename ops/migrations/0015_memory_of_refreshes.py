from django.db import migrations


class Migration(migrations.Migration):
    """A refresh sorts and compares whole views: it gets what an index build would get, and no JIT,
    which compiles for longer than it saves. A function that is replaced needs it anew."""

    dependencies = [("ops", "0014_partitions_by_any_key")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION public.refresh_view(text, text, boolean)"
            " SET work_mem = '128MB' SET jit = off",
            "ALTER FUNCTION public.refresh_view(text, text, boolean) RESET work_mem RESET jit",
        ),
    ]
