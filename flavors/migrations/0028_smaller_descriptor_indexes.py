from django.db import migrations, models


class Migration(migrations.Migration):
    """Writers wait while the indexes are made: a second or two for each million rows."""

    dependencies = [("flavors", "0027_pages_and_wheels_sooner")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RemoveIndex("descriptor", "descriptor_of_member"),
        migrations.RemoveIndex("descriptor", "descriptor_of_term"),
        migrations.AddIndex(
            "descriptor", models.Index(fields=["user"], name="descriptor_of_member")
        ),
        migrations.AddIndex("descriptor", models.Index(fields=["term"], name="descriptor_of_term")),
    ]
