"""What may be blanked and who may do it: attacks, races, and who is erased stays erased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from assessments.models import AssessmentSession, Member, ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from ops import audit
from ops.models import AuditEntry, ErasedMember
from tests.assessments.people import make_member, make_profile, make_session, step
from tests.assessments.roles import MEMBER, ask
from tests.assessments.test_erasing import erase, execute, refused
from tests.ops.conftest import somebody_waits, wait_for

APPEND_ONLY = "Cannot update or delete rows"


def flag(member: Member) -> None:
    """What an owner's attack would begin with: the trace of an erasure that is none."""
    execute("INSERT INTO erased_members (id) VALUES (%s)", member.pk)


@pytest.fixture
def event(profile: PublicProfile) -> ProfileEvent:
    return step(profile, Action.SUBMIT, State.PENDING, message="Please")


# --- Append-only ----------------------------------------------------------------------------------
BLANKING = "UPDATE profile_events SET message = '(erased)', private_note = '', changes = '{}'"


def test_nobody_blanks_without_an_erasure(event: ProfileEvent) -> None:
    refused(APPEND_ONLY, BLANKING)


def test_setting_a_setting_helps_nobody(event: ProfileEvent) -> None:
    with transaction.atomic():
        execute("SELECT set_config('app.erasing', %s, true)", str(event.profile_id))
        refused(APPEND_ONLY, BLANKING)


def test_an_earlier_erasure_opens_nothing(event: ProfileEvent, other: Member) -> None:
    erase(other)
    # As another transaction would see it.
    execute("ALTER TABLE erased_members DISABLE TRIGGER USER")
    execute("UPDATE erased_members SET transaction = transaction - 1")
    execute("ALTER TABLE erased_members ENABLE TRIGGER USER")
    refused(APPEND_ONLY, BLANKING)


@pytest.mark.parametrize(
    "change",
    [
        "message = 'A lie'",
        "message = '(erased)', private_note = '', changes = '{}', actor_name = 'jo'",
        "message = '(erased)', private_note = '', changes = '{}', to_state = 'published'",
        "action = 'withdraw'",
        "user_id = gen_random_uuid()",
    ],
)
def test_an_erasure_changes_nothing_else(event: ProfileEvent, other: Member, change: str) -> None:
    flag(other)
    refused(APPEND_ONLY, f"UPDATE profile_events SET {change}")


@pytest.mark.parametrize("table", ["profile_events", "audit_logs"])
def test_an_erasure_deletes_no_event(event: ProfileEvent, other: Member, table: str) -> None:
    audit.record(action="note", entity_type="exam", entity_id=1)
    flag(other)
    refused(APPEND_ONLY, f"DELETE FROM {table}")


def test_log_is_blanked_whole_or_not(other: Member) -> None:
    audit.record(action="note", entity_type="exam", entity_id=1, details={"label": "One"})
    flag(other)
    for change in ("actor_name = 'jo'", 'details = \'{"label": "Two"}\'', "action = 'other'"):
        refused(APPEND_ONLY, f"UPDATE audit_logs SET {change}")
    assert AuditEntry.objects.get().details == {"label": "One"}


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT public.erase_member(%s)",
        "SELECT public.erase_personal_data(%s, '{}', '')",
        "INSERT INTO erased_members (id) VALUES (%s)",
        "UPDATE profile_events SET message = '(erased)' WHERE user_id = %s",
        "UPDATE members SET display_name = 'Erased member' WHERE id = %s",
        "SELECT * FROM erased_members WHERE id = %s",
        "UPDATE ops_personal_data SET action = 'delete' WHERE name <> %s::text",
    ],
)
def test_members_erase_nobody(event: ProfileEvent, attack: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(MEMBER, event.profile_id, attack, event.profile_id)


# --- Erased for ever ------------------------------------------------------------------------------
def test_erased_id_takes_no_name_again(member: Member) -> None:
    erase(member)
    erased = "This member is erased"
    refused(erased, "UPDATE members SET display_name = 'Ada' WHERE id = %s", member.pk)
    refused(erased, "UPDATE members SET email = 'a@example.org' WHERE id = %s", member.pk)
    refused(erased, "UPDATE members SET is_active = true WHERE id = %s", member.pk)
    execute("DELETE FROM members WHERE id = %s", member.pk)
    refused(erased, "INSERT INTO members (id, display_name) VALUES (%s, 'Ada')", member.pk)


def test_nothing_new_about_an_erased_member(member: Member) -> None:
    erase(member)
    for make in (make_session, make_profile):
        with pytest.raises(DatabaseError, match="This member is erased"), transaction.atomic():
            make(member)
    with pytest.raises(DatabaseError, match="This member is erased"):
        ask(
            MEMBER, member.pk, "INSERT INTO cs_assessment_sessions (user_id) VALUES (%s)", member.pk
        )


def test_erased_members_stay_known(member: Member) -> None:
    erase(member)
    execute("ALTER TABLE erased_members DISABLE TRIGGER USER")
    execute("UPDATE erased_members SET transaction = 1")
    execute("ALTER TABLE erased_members ENABLE TRIGGER USER")
    refused("stays erased", "DELETE FROM erased_members")
    refused("stays erased", "UPDATE erased_members SET counts = '{}'")


def test_profile_with_events_stays_while_its_member_does(event: ProfileEvent) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused("stays until its member is erased", "DELETE FROM public_profiles")


def test_profile_without_events_may_go(profile: PublicProfile) -> None:
    execute("DELETE FROM profile_slug_history")
    execute("DELETE FROM public_profiles")


def test_second_time_answers_as_the_first(member: Member, session: AssessmentSession) -> None:
    first = erase(member)
    assert first["cs_assessment_sessions"] == 1
    assert erase(member, by="jo") == first
    assert ErasedMember.objects.get().erased_by == "olga"


def test_unknown_member_is_nobody_to_erase(member: Member) -> None:
    refused("There is no member", "SELECT public.erase_member(gen_random_uuid())")


def test_others_lose_nothing(member: Member, other: Member) -> None:
    """Of neighbours in the log: an e-mail that has this one in its middle is another's."""
    Member.objects.filter(pk=member.pk).update(email="ann@example.org")
    make_session(other)
    make_profile(other)
    for text in ("joann@example.org", "ann@example.orgy", "ann@example-org", "annXexample.org"):
        audit.record(action="note", entity_type="exam", entity_id=1, details={"reason": text})
    audit.record(
        action="note", entity_type="exam", entity_id=2, details={"reason": "To Ann@example.org!"}
    )

    counts = erase(member)

    assert counts["audit_logs"] == 1
    assert AuditEntry.objects.filter(entity_id="1", details__reason__gt="").count() == 4
    assert AssessmentSession.objects.filter(user=other).count() == 1
    assert PublicProfile.objects.get().pk == other.pk
    other.refresh_from_db()
    assert other.is_active


def test_failure_leaves_everything(everywhere_member: Member) -> None:
    """The last table refuses: what went before comes back."""
    execute(
        "CREATE FUNCTION public.fail_here() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'Out of order'; END $$"
    )
    execute(
        "CREATE TRIGGER fail_here BEFORE UPDATE ON members FOR EACH ROW"
        " EXECUTE FUNCTION public.fail_here()"
    )
    refused("Out of order", "SELECT public.erase_member(%s)", everywhere_member.pk)
    assert AssessmentSession.objects.exists()
    assert PublicProfile.objects.exists()
    assert not ErasedMember.objects.exists()


@pytest.fixture
def everywhere_member(member: Member, session: AssessmentSession, event: ProfileEvent) -> Member:
    return member


# --- Races ----------------------------------------------------------------------------------------
def in_thread(statement: str, *values: Any) -> str:
    """What the statement, in a transaction of its own, said: "" or the error."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            cursor.execute(statement, values)
    except DatabaseError as error:
        return str(error)
    finally:
        connections.close_all()
    return ""


@pytest.mark.django_db(transaction=True)
def test_session_begun_during_the_erasure_is_refused() -> None:
    member = make_member()
    begin = "INSERT INTO cs_assessment_sessions (user_id) VALUES (%s)"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            execute("SELECT public.erase_member(%s)", member.pk)
            answer = pool.submit(in_thread, begin, member.pk)
            wait_for(somebody_waits)
        assert "This member is erased" in answer.result()
    assert not AssessmentSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_erasure_waits_for_a_session_that_was_begun() -> None:
    member = make_member()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            execute("INSERT INTO cs_assessment_sessions (user_id) VALUES (%s)", member.pk)
            answer = pool.submit(in_thread, "SELECT public.erase_member(%s)", member.pk)
            wait_for(somebody_waits)
        assert answer.result() == ""
    assert not AssessmentSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_decision_that_was_begun_comes_first() -> None:
    """A moderator holds the profile; the erasure waits, and blanks the decision, too."""
    member = make_member()
    profile = make_profile(member)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            step(profile, Action.SUBMIT, State.PENDING, message="Please")
            answer = pool.submit(in_thread, "SELECT public.erase_member(%s)", member.pk)
            wait_for(somebody_waits)
        assert answer.result() == ""
    assert not PublicProfile.objects.exists()
    assert ProfileEvent.objects.get().message == "(erased)"


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_beside_a_refresh_stays_off_the_boards() -> None:
    member = make_member()
    make_session(member, overall_score=90)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            execute("SELECT public.refresh_assessment_leaderboard()")
            answer = pool.submit(in_thread, "SELECT public.erase_member(%s)", member.pk)
            wait_for(somebody_waits)
        assert answer.result() == ""
        make_session(other := make_member("Bo"), overall_score=80)
        with transaction.atomic():
            execute("SELECT public.erase_member(%s)", other.pk)
            answer = pool.submit(in_thread, "SELECT public.refresh_assessment_leaderboard()")
            wait_for(somebody_waits)
        assert answer.result() == ""
    kept = execute("SELECT user_id FROM leaderboard_attempts")
    assert kept + execute("SELECT user_id FROM leaderboard_movers") == []


@pytest.mark.django_db(transaction=True)
def test_two_erasures_are_one() -> None:
    member = make_member()
    make_session(member)
    with ThreadPoolExecutor(2) as pool:
        statement = "SELECT public.erase_member(%s)"
        answers = [pool.submit(in_thread, statement, member.pk) for _ in range(2)]
        assert [answer.result() for answer in answers] == ["", ""]
    assert ErasedMember.objects.get().counts["cs_assessment_sessions"] == 1


@pytest.mark.django_db(transaction=True)
def test_erasures_of_two_go_side_by_side() -> None:
    one, two = make_member("One"), make_member("Two")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        execute("SELECT public.erase_member(%s)", one.pk)
        assert pool.submit(in_thread, "SELECT public.erase_member(%s)", two.pk).result() == ""
