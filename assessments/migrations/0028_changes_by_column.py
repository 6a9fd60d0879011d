from django.db import migrations

TRIGGER = """
    SET LOCAL lock_timeout = '10s';
    CREATE OR REPLACE TRIGGER follow_profile_changed AFTER UPDATE ON public.public_profiles
        FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION public.follow_profile()
"""
BY_COLUMN = """
    OLD.profile_slug IS DISTINCT FROM NEW.profile_slug
    OR OLD.session_id IS DISTINCT FROM NEW.session_id
    OR OLD.is_public IS DISTINCT FROM NEW.is_public
"""
AS_ROWS = """
    (OLD.profile_slug, OLD.session_id, OLD.is_public)
    IS DISTINCT FROM (NEW.profile_slug, NEW.session_id, NEW.is_public)
"""


class Migration(migrations.Migration):
    """A dump that is restored writes a comparison of rows of three another way, which would count
    as a change of the schema by hand.
    """

    dependencies = [("assessments", "0027_what_clients_wrote")]

    operations = [
        migrations.RunSQL(TRIGGER.format(condition=BY_COLUMN), TRIGGER.format(condition=AS_ROWS))
    ]
