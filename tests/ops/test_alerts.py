"""Alerts: when they open, change and close; what people do about them; whom they reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from ops.alerts import actions, checking, delivery, measures
from ops.alerts.levels import level_of, limits_of
from ops.alerts.words import in_unit
from ops.models import Alert, AlertEvent, AlertReading, AlertThreshold, Run
from ops.models.alert import Level
from ops.monitoring.reports import fetch
from ops.registry import AlertRule, declared
from ops.runner import perform
from ops.work import Refused

RULE = AlertRule(
    "test-heat",
    "Heat",
    measure="tests.ops.test_alerts.heat",
    warning=20,
    critical=40,
    unit="percent",
)
COLD = AlertRule("test-cold", "Cold", measure="", warning=20, critical=10, wrong_when="below")
GONE = AlertRule("test-gone", "Gone", measure="", warning=None, critical=1, wrong_when="below")
values: dict[str, float] = {}


def heat() -> Mapping[str, float]:
    if "broken" in values:
        raise ValueError("the thermometer is broken")
    return dict(values)


@pytest.fixture(autouse=True)
def cool() -> Iterator[None]:
    values.clear()
    yield
    values.clear()


def check(**measured: float) -> list[str]:
    values.clear()
    values.update({"" if name == "here" else name: value for name, value in measured.items()})
    return checking.check_rule(RULE, limits_of(RULE, None))


def history() -> list[str]:
    return list(AlertEvent.objects.order_by("id").values_list("kind", flat=True))


# --- Levels --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "value", "before", "level"),
    [
        (RULE, 20, Level.OK, Level.OK),
        (RULE, 20.1, Level.OK, Level.WARNING),
        (RULE, 41, Level.OK, Level.CRITICAL),
        # Better only beyond the margin of five percent.
        (RULE, 19.5, Level.WARNING, Level.WARNING),
        (RULE, 19, Level.WARNING, Level.OK),
        (RULE, 38.5, Level.CRITICAL, Level.CRITICAL),
        (RULE, 37, Level.CRITICAL, Level.WARNING),
        (RULE, 38.5, Level.WARNING, Level.WARNING),
        (COLD, 20, Level.OK, Level.OK),
        (COLD, 19, Level.OK, Level.WARNING),
        (COLD, 9, Level.OK, Level.CRITICAL),
        (COLD, 20.5, Level.WARNING, Level.WARNING),
        (COLD, 21.1, Level.WARNING, Level.OK),
        # One is enough again.
        (GONE, 0, Level.OK, Level.CRITICAL),
        (GONE, 1, Level.CRITICAL, Level.OK),
    ],
)
def test_levels(rule: AlertRule, value: float, before: Level, level: Level) -> None:
    assert level_of(rule, limits_of(rule, None), value, before) == level


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("number", 1234, "1,234"),
        ("number", 2.5, "2.50"),
        ("bytes", 10 * 2**30, "10.0 GB"),
        ("seconds", 11, "11.0 s"),
        ("seconds", 900, "15 min"),
        ("seconds", 200_000, "2 days 7 h"),
        ("percent", 12.34, "12.3 %"),
    ],
)
def test_values_in_words(unit: str, value: float, text: str) -> None:
    assert in_unit(unit, value) == text


# --- An alert's life -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_alert_opens_becomes_worse_and_is_resolved() -> None:
    assert check(here=10) == []
    assert check(here=25) == ["opened"]
    assert check(here=26) == []
    assert check(here=50) == ["became critical"]
    assert check(here=30) == ["became a warning"]
    assert check(here=19.5) == []
    assert check(here=5) == ["resolved"]

    alert = Alert.objects.get()
    assert not alert.is_open
    assert history() == ["opened", "worse", "better", "resolved"]
    assert [each.message for each in alert.events.order_by("id")][:2] == [
        "Heat: 25.0 %, above 20.0 %",
        "Heat: 50.0 %, above 40.0 %",
    ]
    assert check(here=25) == ["opened"]
    assert Alert.objects.count() == 2


@pytest.mark.django_db
def test_each_subject_has_its_own_and_one_that_is_gone_is_well() -> None:
    check(kitchen=25, cellar=50, attic=1)
    assert set(Alert.objects.open().values_list("subject", "level")) == {
        ("kitchen", "warning"),
        ("cellar", "critical"),
    }
    assert check(attic=1) == ["resolved", "resolved"]
    assert list(AlertReading.objects.values_list("subject", flat=True)) == ["attic"]


@pytest.mark.django_db
def test_a_rule_that_cannot_be_measured_leaves_its_alerts() -> None:
    check(here=25)
    assert check(broken=1) == ["not measured"]
    assert Alert.objects.open().count() == 1
    assert AlertReading.objects.get().trouble == "the thermometer is broken"
    check(here=25)
    assert AlertReading.objects.get().trouble == ""


@pytest.mark.django_db
def test_the_database_keeps_one_open_alert_a_subject_and_its_history() -> None:
    check(here=25)
    with pytest.raises(IntegrityError, match="one_open_alert"), transaction.atomic():
        Alert.objects.create(rule=RULE.name, level="warning", message="again")
    for write in ("UPDATE alert_events SET note = 'x'", "DELETE FROM alert_events"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(write)


@pytest.mark.django_db
def test_seed_view_knows_what_nobody_sees_to(ops_user: User) -> None:
    check(kitchen=25, cellar=50)
    query = "SELECT subject FROM performance_alerts WHERE acknowledged = FALSE ORDER BY 1"
    assert [row["subject"] for row in fetch(query)] == ["cellar", "kitchen"]
    alert = Alert.objects.get(subject="cellar")
    actions.acknowledge(alert=alert, span="1h", note="", user=ops_user)
    assert [row["subject"] for row in fetch(query)] == ["kitchen"]
    check()
    assert fetch(query) == []


@pytest.mark.django_db
def test_the_seed_function_orders_a_check() -> None:
    [row] = fetch("SELECT public.check_performance_alerts() AS run")
    assert Run.objects.get().operation == "check_alerts"
    assert fetch("SELECT public.check_performance_alerts() AS run") == [row]


# --- People --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_acknowledged_until_a_time_or_until_it_is_worse(ops_user: User) -> None:
    check(here=25)
    alert = Alert.objects.get()
    actions.acknowledge(alert=alert, span="1d", note="ordered a fan", user=ops_user)
    assert not Alert.objects.unacknowledged().exists()
    Alert.objects.update(acknowledged_until=timezone.now() - timedelta(minutes=1))
    assert Alert.objects.unacknowledged().exists()
    actions.acknowledge(alert=alert, span="7d", note="", user=ops_user)
    check(here=50)
    assert Alert.objects.unacknowledged().exists()
    check()
    with pytest.raises(Refused, match="resolved meanwhile"):
        actions.acknowledge(alert=alert, span="1h", note="", user=ops_user)


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


def post(client: Client, step: str, alert: Alert, **data: str) -> str:
    address = reverse(f"admin:ops_alert_{step}", args=[alert.pk])
    return client.post(address, data, follow=True).content.decode()


@pytest.mark.django_db
def test_screens(ops: Client) -> None:
    check(here=25)
    alert = Alert.objects.get()
    bell = 'aria-label="Alerts: 1 that nobody sees to"'
    listed = ops.get("/admin/ops/alert/").content.decode()
    assert bell in listed
    assert "Heat: 25.0 %, above 20.0 %" in listed
    assert "Write a note first." in post(ops, "note", alert, note=" ")
    assert "Choose for how long" in post(ops, "acknowledge", alert, span="9y")
    page = post(ops, "acknowledge", alert, span="1h", note="on my way")
    assert "Acknowledged for an hour." in page
    assert "on my way" in page
    assert bell not in page
    assert "Heat: 25" not in ops.get("/admin/ops/alert/?state=unseen").content.decode()
    check()
    assert "Heat: 25" in ops.get("/admin/ops/alert/?state=resolved").content.decode()
    assert "Heat: 25" not in ops.get("/admin/ops/alert/").content.decode()


@pytest.mark.django_db
def test_limits_are_set_by_people_and_kept_by_migrations(ops: Client) -> None:
    name = "disk-used"
    address = reverse("admin:ops_alertthreshold_change", args=[name])
    answer = ops.post(address, {"warning": "55", "critical": "", "is_enabled": "on"})
    assert answer.status_code == 302
    checking.synchronise_declarations()
    kept = AlertThreshold.objects.get(pk=name)
    assert (kept.warning, kept.critical) == (55, None)
    shown = ops.get(reverse("admin:ops_alertthreshold_changelist")).content.decode()
    assert "above 55.0 %<" in shown.replace("\n", "").replace(" <", "<")
    history = ops.get(reverse("admin:ops_alertthreshold_history", args=[name])).content.decode()
    assert "55" in history


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "warning", "critical", "side"),
    [("disk-used", "95", "20", "below"), ("cache-hits-low", "50", "90", "above")],
)
def test_what_is_critical_is_beyond_the_warning(
    ops: Client, name: str, warning: str, critical: str, side: str
) -> None:
    before = AlertThreshold.objects.get(pk=name).critical
    address = reverse("admin:ops_alertthreshold_change", args=[name])
    answer = ops.post(address, {"warning": warning, "critical": critical, "is_enabled": "on"})
    assert f"It is {side} the warning" in answer.content.decode()
    assert AlertThreshold.objects.get(pk=name).critical == before


@pytest.mark.django_db
def test_form_of_a_limit_says_what_it_is_of(ops: Client) -> None:
    form = ops.get(reverse("admin:ops_alertthreshold_change", args=["wal-kept"])).content.decode()
    assert "WAL kept for an inactive slot | Change alert rule" in form
    assert "Wal-kept" not in form
    assert "Above it. In bytes: 1073741824 is 1 GB. Empty: never." in form


@pytest.mark.django_db
def test_limits_that_nobody_set_follow_the_declaration(ops: Client) -> None:
    rule = declared(AlertRule)["disk-used"]
    before = {"declared_warning": 10, "declared_critical": 20}
    AlertThreshold.objects.filter(pk=rule.name).update(warning=10, critical=20, **before)
    AlertThreshold.objects.filter(pk="dead-rows").update(warning=11, critical=20, **before)

    checking.synchronise_declarations()

    follows, own = (AlertThreshold.objects.get(pk=name) for name in (rule.name, "dead-rows"))
    assert (follows.warning, follows.critical) == (rule.warning, rule.critical)
    assert (own.warning, own.critical) == (11, 20)
    form = ops.get(reverse("admin:ops_alertthreshold_change", args=["dead-rows"])).content.decode()
    assert "above 20.0 %, critical above 50.0 %" in form


# --- Telling -------------------------------------------------------------------------------------
class Receiver(BaseHTTPRequestHandler):
    answers: list[int]
    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(json.loads(body))
        self.send_response(self.answers.pop(0))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver(settings: Any) -> Iterator[type[Receiver]]:
    Receiver.answers, Receiver.got = [], []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Receiver
    server.shutdown()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_fails_is_tried_again(receiver: type[Receiver]) -> None:
    check(here=50)
    run = Run.objects.get(operation=delivery.DELIVER)
    receiver.answers[:] = [500, 204]
    perform(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("pending", 1)
    said = "127.0.0.1 (ALERT_WEBHOOK_URL) did not take it: HTTP Error 500: Internal Server Error."
    assert run.error == said
    Run.objects.filter(pk=run.pk).update(next_retry_at=timezone.now())
    perform(run.pk)
    run.refresh_from_db()
    assert run.status == "completed"
    [first, second] = receiver.got
    assert first == second
    assert (first["event"], first["key"], first["value"]) == ("opened", "test-heat:", 50)


@pytest.mark.django_db(transaction=True)
def test_mail_names_what_is_wrong(settings: Any) -> None:
    settings.ALERT_EMAILS, settings.SITE_URL = ["ops@example.org"], "https://steward.example.org"
    check(here=50)
    check(here=45)
    perform(Run.objects.get(operation=delivery.DELIVER).pk)
    [sent] = mail.outbox
    assert sent.to == ["ops@example.org"]
    assert sent.subject == "[Critical] Opened: Heat: 50.0 %, above 40.0 %"
    assert f"/admin/ops/alert/{Alert.objects.get().pk}/change/" in sent.body


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_not_there_is_named(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.ALERT_EMAILS, settings.EMAIL_HOST, settings.EMAIL_PORT = ["a@b.org"], "127.0.0.1", 1
    check(here=50)
    run = Run.objects.get(operation=delivery.DELIVER)
    perform(run.pk)
    run.refresh_from_db()
    assert run.status == "pending"
    assert run.error.startswith("The mail server 127.0.0.1:1 (EMAIL_URL) did not take it: ")


# --- What is declared ----------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("name", list(declared(AlertRule)))
def test_each_rule_measures_numbers(name: str) -> None:
    found = import_string(declared(AlertRule)[name].measure)()
    assert all(isinstance(each, float) for each in found.values())


@pytest.mark.django_db(transaction=True)
def test_the_command_checks_all(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_alerts", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["open"] == Alert.objects.open().count()
    assert not AlertReading.objects.exclude(trouble="").exists()


@pytest.mark.django_db
def test_partitions_that_are_missing_are_critical() -> None:
    rule = declared(AlertRule)["partitions-ahead"]
    found = measures.partitions_ahead()
    assert found["audit_logs"] >= 2
    assert checking.settle(rule, limits_of(rule, None), found | {"audit_logs": 1.0}) == ["opened"]
    assert Alert.objects.get().message == "Partitions ahead: audit_logs is at 1, below 2"


@pytest.mark.django_db
def test_failed_run_is_well_once_another_run_of_the_same_order_has_done_it() -> None:
    def ended(status: str, target: str = "a", **parameters: int) -> None:
        given = {"target": target, "parameters": parameters, "finished_at": timezone.now()}
        Run.objects.create(operation="heat", status=status, error="No.", **given)

    ended("completed")
    ended("failed")
    ended("cancelled")
    ended("completed", "b")
    ended("completed", part=2)
    assert measures.failed_runs() == {"heat": 1}
    ended("completed")
    assert measures.failed_runs() == {}
    ended("failed", "b")
    ended("failed")
    assert measures.failed_runs() == {"heat": 2}
