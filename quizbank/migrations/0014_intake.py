from pathlib import Path

from django.db import migrations, models

from ops.migrations_sql import create_function

SQL = Path(__file__).resolve().parent.parent / "sql"

FUNCTIONS = {
    "judge_answer": "judge_answer(jsonb, jsonb)",
    "may_act_for": "may_act_for(uuid)",
    "mark_answered": "mark_answered(uuid[])",
    "score_quiz_session": "score_quiz_session(uuid, timestamptz)",
    "record_answers": "record_answers(uuid, uuid, jsonb, timestamptz)",
    "check_draw_filters": "check_draw_filters(text, jsonb)",
    "draw_questions": "draw_questions(uuid, text, jsonb, integer)",
    "close_expired_quiz_sessions": "close_expired_quiz_sessions(uuid, integer)",
    "start_quiz_session": "start_quiz_session(uuid, integer, text, jsonb, text, text, integer)",
}
TABLES = ("quiz_sessions", "study_sessions", "user_interactions")


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0012_erase_member"),
        ("quizbank", "0013_learning_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="answerssetaside",
            name="user_id",
            field=models.UUIDField(blank=True, null=True, verbose_name="member"),
        ),
        *(create_function(SQL / f"{name}_v1.sql", drop) for name, drop in FUNCTIONS.items()),
        migrations.RunSQL(
            (SQL / "quiz_session_steps_v1.sql").read_text(),
            """
            DROP FUNCTION public.get_quiz_results(uuid);
            DROP FUNCTION public.get_quiz_questions(uuid);
            DROP FUNCTION public.abandon_quiz_session(uuid, text);
            DROP FUNCTION public.complete_quiz_session(uuid);
            DROP FUNCTION public.resume_quiz_session(uuid);
            DROP FUNCTION public.pause_quiz_session(uuid);
            DROP FUNCTION public.submit_answers(uuid, jsonb);
            DROP FUNCTION public.lock_own_quiz_session(uuid, text[]);
            """,
        ),
        # Nothing new about who is erased.
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER refuse_erased_member BEFORE INSERT ON public.{table}"
                " FOR EACH ROW EXECUTE FUNCTION public.refuse_erased_member()",
                f"DROP TRIGGER refuse_erased_member ON public.{table}",
            )
            for table in TABLES
        ),
    ]
