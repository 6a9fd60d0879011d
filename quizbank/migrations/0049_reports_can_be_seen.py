from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

# A trigger keeps what learners said as it is.
REPAIR = r"""
    SET LOCAL "pgtrigger.ignore" = '{pgtrigger_said_stays_said_f2852}';
    UPDATE public.problem_reports SET description = '(nothing that can be seen)'
    WHERE description !~ (
        '[^[:space:][:cntrl:]\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F'
        || '\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0'
        || '\uFFF0-\uFFFB\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]'
    );
    SET LOCAL "pgtrigger.ignore" = '{}';
"""


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at. A report of characters
    that cannot be seen says so from now on.
    """

    dependencies = [("quizbank", "0048_codes_are_short")]

    operations = [
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),
        ValidateConstraint("problemreport", "report_says_something"),
        ValidateConstraint("question", "question_external_id_is_short"),
    ]
