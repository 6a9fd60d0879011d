from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0005_history"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="run",
            options={
                "ordering": ("-rank", "-id"),
                "permissions": (("view_own_run", "Can view own runs"),),
            },
        ),
    ]
