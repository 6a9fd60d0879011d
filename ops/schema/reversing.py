"""Taking migrations back: tried first, in a transaction that is rolled back.

Nothing is changed but by `reverse`. A trial waits three seconds for a lock and a minute for a
statement at most; what it holds meanwhile, others wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connection, transaction
from django.db.migrations import Migration
from django.db.migrations.exceptions import AmbiguityError, IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from psycopg.errors import LockNotAvailable, QueryCanceled

from ops import audit
from ops.models import Run
from ops.models.run import Status
from ops.schema.comparing import DRIFTED, MISSING, UNKNOWN, Finding, by_name, compare
from ops.schema.losses import Loss, losses_of, written_rows
from ops.schema.reading import read_own_catalog
from ops.work import Refused

LOCK_TIMEOUT = "3s"
STATEMENT_TIMEOUT = "60s"
# They follow from the migrations, and are no part of what is lost.
OWN_BOOKS = ("public.django_migrations", "public.migration_history")

type Plan = list[tuple[Migration, bool]]
type Say = Callable[[str], None]


class WrongName(Refused):
    """There is no such migration, or it is not applied."""


@dataclass(frozen=True)
class Trial:
    """What a reverse would do: objects that go, change and come, and data that is lost."""

    migrations: list[str]
    goes: list[Finding]
    changes: list[Finding]
    comes: list[Finding]
    losses: list[Loss]

    def values(self) -> dict[str, Any]:
        return {
            "migrations": self.migrations,
            "goes": [f"{each.kind} {each.name}" for each in self.goes],
            "changes": [f"{each.kind} {each.name}" for each in self.changes],
            "comes": [f"{each.kind} {each.name}" for each in self.comes],
            "losses": [each.values() for each in self.losses],
        }


# --- Which ---------------------------------------------------------------------------------------
def reverse_plan(app: str, name: str) -> Plan:
    """The migration, known by the beginning of its name, after all that stand on it; "zero" is the
    first of the app.

    Raises WrongName.
    """
    executor = MigrationExecutor(connection)
    loader = executor.loader
    if app not in loader.migrated_apps:
        raise WrongName(f"There is no app {app} with migrations.")
    if name == "zero":
        _, name = loader.graph.root_nodes(app)[0]
    try:
        found = loader.get_migration_by_prefix(app, name)
    except AmbiguityError:
        raise WrongName(f"Several migrations of {app} begin with {name}.") from None
    except KeyError:
        raise WrongName(f"No migration of {app} begins with {name}.") from None
    key = (app, found.name)
    if key not in loader.applied_migrations:
        raise WrongName(f"{app}.{found.name} is not applied: there is nothing to take back.")
    standing = loader.applied_migrations.keys() & set(loader.graph.backwards_plan(key))
    full = executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
    return [(each, True) for each, _ in full[::-1] if (each.app_label, each.name) in standing]


def refuse_irreversible(plan: Plan) -> None:
    for migration, _ in plan:
        for operation in migration.operations:
            if not operation.reversible:
                raise Refused(
                    f"{migration} cannot be taken back: “{operation.describe()}” has no reverse."
                )


def refuse_trial(plan: Plan) -> None:
    """Raises Refused for what cannot be rolled back."""
    names = [str(migration) for migration, _ in plan if not migration.atomic]
    if names:
        raise Refused(
            f"It cannot be tried: {', '.join(names)} runs outside of a transaction, as what builds"
            " an index CONCURRENTLY has to; what it does stays done."
        )


# --- What would happen ---------------------------------------------------------------------------
def try_reverse(plan: Plan) -> Trial:
    """Raises Refused where it cannot be tried, or would fail."""
    refuse_irreversible(plan)
    refuse_trial(plan)
    with readable_errors(), transaction.atomic():
        limit_statements(lock_timeout=LOCK_TIMEOUT, statement_timeout=STATEMENT_TIMEOUT)
        before, written = read_own_catalog(), written_rows()
        migrate(plan)
        findings = compare(before, read_own_catalog(), key=by_name)
        rows = {table: count - written.get(table, 0) for table, count in written_rows().items()}
        transaction.set_rollback(True)
    kept = [each for each in findings if each.kind != "migration"]
    goes = [each for each in kept if each.state == MISSING]
    return Trial(
        migrations=[str(migration) for migration, _ in plan],
        goes=goes,
        changes=[each for each in kept if each.state == DRIFTED],
        comes=[each for each in kept if each.state == UNKNOWN],
        losses=losses_of(goes, {t: n for t, n in rows.items() if t not in OWN_BOOKS}),
    )


def limit_statements(**limits: str) -> None:
    with connection.cursor() as cursor:
        for name, value in limits.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def migrate(plan: Plan) -> Any:
    """The state of the models afterwards."""

    def progress(action: str, *_: Any) -> None:
        # What waits for the end of the transaction would keep the next step from its table.
        if action == "unapply_success":
            connection.check_constraints()

    return MigrationExecutor(connection, progress).migrate([], plan=plan)


@contextmanager
def readable_errors() -> Iterator[None]:
    try:
        yield
    except IrreversibleError as error:
        raise Refused(f"It cannot be taken back: {error}") from error
    except DatabaseError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            text = "Others hold a table that it needs; nothing was changed. Try again later."
        elif isinstance(error.__cause__, QueryCanceled):
            text = f"A step takes longer than {STATEMENT_TIMEOUT}; nothing was changed."
        else:
            text = f"The reverse fails; nothing was changed. {str(error).splitlines()[0]}"
        raise Refused(text) from error


# --- Do it ---------------------------------------------------------------------------------------
def reverse(plan: Plan, trial: Trial | None) -> bool:
    """All in one transaction if it can be tried, otherwise one after the other; whether the ledger
    and the action log, which may go with it, have a row of it.

    Raises Refused.
    """
    refuse_irreversible(plan)
    began = timezone.now()
    try:
        if trial is None:
            state, is_recorded = reverse_one_by_one(plan, began)
        else:
            with readable_errors(), transaction.atomic():
                limit_statements(lock_timeout=LOCK_TIMEOUT)
                state, is_recorded = migrate(plan), record(plan, trial, began)
    except Refused as refusal:
        record_failure(plan, str(refusal), began)
        raise
    emit_post_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
    return is_recorded


def reverse_one_by_one(plan: Plan, began: datetime) -> tuple[Any, bool]:
    try:
        return migrate(plan), record(plan, None, began)
    except (DatabaseError, IrreversibleError) as error:
        raise Refused(
            f"It stopped; what was taken back before stays so. {str(error).splitlines()[0]}"
        ) from error


# --- The books -----------------------------------------------------------------------------------
def record(plan: Plan, trial: Trial | None, began: datetime) -> bool:
    """Whether there are a ledger and an action log of today's shape still."""
    names = [str(migration) for migration, _ in plan]
    details = {"label": names[-1], "migrations": names, **(trial.values() if trial else {})}
    try:
        with transaction.atomic():
            audit.record(
                action="rollback", entity_type="migration", entity_id=names[-1], details=details
            )
            result = f"Taken back: {', '.join(names)}."
            ended_run(plan, began, status=Status.COMPLETED, result=result, figures=details)
    except DatabaseError:
        return False
    return True


def record_failure(plan: Plan, error: str, began: datetime) -> None:
    """Only what is known of it: the ledger itself may be what was taken back."""
    with suppress(DatabaseError), transaction.atomic():
        ended_run(plan, began, status=Status.FAILED, error=error)


def ended_run(plan: Plan, began: datetime, **outcome: Any) -> None:
    """A row of the ledger that no worker has to do with: it is there when all is over."""
    Run.objects.create(
        operation="rollback",
        target=str(plan[-1][0]),
        attempts=1,
        max_attempts=1,
        started_at=began,
        heartbeat_at=began,
        finished_at=timezone.now(),
        **outcome,
    )
