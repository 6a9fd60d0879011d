from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0008_action_log"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="auditentry",
            options={
                "ordering": ("-id",),
                "permissions": (("view_own_auditentry", "Can view own actions"),),
                "verbose_name": "logged action",
            },
        ),
    ]
