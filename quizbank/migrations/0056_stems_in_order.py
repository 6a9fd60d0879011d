from django.db import migrations, models
from django.db.models.functions import Left


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0055_names_are_short")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddIndex(
            "question", models.Index(Left("stem", 500), name="question_in_order_of_stem")
        ),
    ]
