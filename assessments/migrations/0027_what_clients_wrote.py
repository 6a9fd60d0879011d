from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at."""

    dependencies = [("assessments", "0026_what_clients_write")]

    operations = [
        ValidateConstraint("assessmentsession", "session_transcript_is_plain"),
        ValidateConstraint("assessmentsession", "session_section_is_short"),
        ValidateConstraint("assessmentsession", "session_is_of_our_era"),
    ]
