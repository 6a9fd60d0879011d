from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Readers and writers go on while the rows that are there are looked at."""

    dependencies = [("quizbank", "0043_what_clients_write")]

    operations = [
        ValidateConstraint("userinteraction", "interaction_details_are_small"),
        ValidateConstraint("userinteraction", "interaction_entity_type_is_short"),
        ValidateConstraint("userinteraction", "interaction_entity_id_is_short"),
    ]
