from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("flavors", "0040_categories_summed_without_sorting")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="flavorwheel", name="wheel_by_age"),
        migrations.AddIndex(
            model_name="flavorwheel",
            index=models.Index(fields=["generated_at", "id"], name="wheel_by_age"),
        ),
    ]
