from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizbank", "0040_questions_by_most_learners")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddIndex("answer", models.Index(fields=("user", "id"), name="answer_of_member")),
    ]
