"""What the schema should be: the catalog of a database that the migrations made, kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from ops.models import SchemaExpectation
from ops.schema.reading import SchemaObject
from ops.schema.shadow import Progress, catalog_of_migrations

# Made by config/sql/bootstrap.sql for the whole server: a second database shows the same ones.
NOBODY_SPECIAL = "NOSUPERUSER\nNOBYPASSRLS\n{}\nNOCREATEROLE\nNOREPLICATION"
ROLES = {
    "steward_owner": f"LOGIN\n{NOBODY_SPECIAL.format('CREATEDB')}"
    "\nmember of pg_monitor with inherit\nmember of pg_signal_backend with inherit"
    "\nmember of steward_anon\nmember of steward_member",
    "steward_anon": f"NOLOGIN\n{NOBODY_SPECIAL.format('NOCREATEDB')}",
    "steward_member": f"NOLOGIN\n{NOBODY_SPECIAL.format('NOCREATEDB')}",
}
FIELDS = ("kind", "key", "part_of", "definition")
# They write SQL of their own into the database.
WRITERS = ("Django", "django-pgtrigger", "django-pghistory")


def expected_objects(progress: Progress, *, rebuild: bool = False) -> list[SchemaObject]:
    """As kept, unless the migrations are others now. Raises as catalog_of_migrations."""
    fingerprint = fingerprint_of_migrations()
    kept = SchemaExpectation.objects.filter(pk=fingerprint).first()
    if kept is not None and not rebuild:
        return [SchemaObject(*(made[field] for field in FIELDS)) for made in kept.objects_made]
    objects = list(expectations(catalog_of_migrations(progress)))
    keep(fingerprint, objects)
    return objects


@transaction.atomic
def keep(fingerprint: str, objects: list[SchemaObject]) -> None:
    SchemaExpectation.objects.all().delete()
    SchemaExpectation.objects.create(
        fingerprint=fingerprint,
        objects_made=[dict(zip(FIELDS, made, strict=True)) for made in objects],
    )


def expectations(catalog: list[SchemaObject]) -> Iterator[SchemaObject]:
    """One partition for all of a table; the roles as declared."""
    patterns: dict[str, SchemaObject] = {}
    for made in catalog:
        if made.kind == "partition":
            patterns[made.part_of or ""] = made._replace(name=made.part_of or "")
        elif made.kind != "role":
            yield made
    yield from patterns.values()
    for name, definition in ROLES.items():
        yield SchemaObject("role", name, None, definition)


def fingerprint_of_migrations() -> str:
    """Of what they run, and of the server that runs it."""
    digest = hashlib.sha256(f"{connection.pg_version}".encode())  # type: ignore[attr-defined]
    for package in WRITERS:
        digest.update(f"{package} {version(package)}\0".encode())
    for file in sources():
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """The files of all migrations, and the SQL that those of our shape run."""
    for config in apps.get_app_configs():
        module, _ = MigrationLoader.migrations_module(config.label)
        folder = Path(config.path) / module.rpartition(".")[2] if module else None
        if folder and folder.is_dir():
            yield from sorted(folder.glob("*.py"))
            yield from sorted((Path(config.path) / "sql").glob("*.sql"))
