from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0039_learner_export")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddIndex(
            "question",
            models.Index(
                F("item_learners").desc(), F("id").desc(), name="question_by_learners_desc"
            ),
        ),
    ]
