"""Staff who order runs: refreshes, exports, imports, backups, and walks that show who works."""

from __future__ import annotations

import json
import shutil
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from ops.backups.pruning import forget
from ops.exports.work import path_of
from ops.models import Backup, ExportFile, Run
from ops.models.run import Status
from ops.runs import enqueue
from quizbank import imports
from quizbank.importing import preview_import
from quizbank.models import Exam, ImportBatch, Question
from tests.faults.deeds import Deed

EXPORTS = ("descriptors", "answers", "questions", "members")
# Operation, targets, parameters, and how often it is chosen.
ORDERS: tuple[tuple[str, tuple[str, ...], dict[str, Any], int], ...] = (
    ("fault_walk", ("north", "south", "east"), {"steps": 30}, 12),
    ("refresh", ("assessment_leaderboard", "category_statistics"), {}, 3),
    ("refresh", ("mv_user_descriptor_summary", "mv_global_descriptor_stats"), {}, 3),
    ("rebuild_pools", ("changed", "all"), {}, 2),
    ("check-leaderboard", ("",), {}, 1),
    ("capture_snapshot", ("",), {}, 1),
    ("compute_item_statistics", ("answered",), {}, 1),
    ("keep_erasures", ("",), {}, 1),
)


class Ordering(Deed):
    """A run that was ordered is in the ledger, and ends once."""

    user: User

    def prepare(self) -> None:
        self.user, _ = User.objects.get_or_create(
            username="faults", defaults={"is_superuser": True, "is_staff": True}
        )

    def once(self) -> None:
        chosen = self.chance.choices(ORDERS, weights=[each[3] for each in ORDERS])[0]
        operation, targets, parameters, _ = chosen
        self.order(operation, self.chance.choice(targets), **parameters)

    def order(self, operation: str, target: str = "", **parameters: Any) -> UUID:
        """Broken off, it is ordered again: then it is the one that is going, or another."""
        run, _ = self.insist(
            lambda: enqueue(
                operation=operation, target=target, parameters=parameters, user=self.user
            )
        )
        self.book.runs[run.pk] = operation
        return run.pk

    def ended(self, key: UUID) -> Run:
        """Waits for its end. Raises Over."""
        ended = Run.objects.exclude(status__in=(Status.PENDING, Status.PROCESSING))
        self.await_(lambda: ended.filter(pk=key).exists())
        return self.insist(lambda: Run.objects.get(pk=key))


class Exporting(Ordering):
    """A file that is offered has each of its rows once."""

    def once(self) -> None:
        name, form = self.chance.choice(EXPORTS), self.chance.choice(("jsonl", "csv"))
        key = self.order("prepare_export", str(uuid4()), export=name, format=form)
        run = self.ended(key)
        if run.status == Status.COMPLETED:
            file = self.insist(lambda: ExportFile.objects.get(run=run))
            self.look_at(file, form)
            # Room for the next ones.
            shutil.rmtree(path_of(file).parent, ignore_errors=True)

    def look_at(self, file: ExportFile, form: str) -> None:
        path = path_of(file)
        if not path.is_file():
            self.book.object_to("An export is offered without its file:", path)
            return
        if form == "jsonl":
            keys = [json.loads(line).get("id") for line in path.read_text().splitlines()]
            if len(keys) != file.rows or len(set(keys)) != len(keys):
                self.book.object_to("Rows of an export:", len(keys), len(set(keys)), file.rows)
        others = sorted(each.name for each in path.parent.iterdir() if each != path)
        if others:
            self.book.object_to("An export left behind:", others)


class Importing(Ordering):
    """All of a file, or nothing of it; what is undone is gone."""

    rows = 12

    def prepare(self) -> None:
        super().prepare()
        Exam.objects.get_or_create(code="FAULT", defaults={"title": "Under fire"})

    def once(self) -> None:
        prefix = f"F{uuid4().hex[:10]}"
        batch = self.insist(lambda: self.preview(prefix))
        if self.do("confirm_import", batch):
            self.compare(prefix, self.rows)
            if self.chance.random() < 0.5 and self.do("undo_import", batch):
                self.compare(prefix, 0)
        else:
            self.compare(prefix, 0)

    def preview(self, prefix: str) -> ImportBatch:
        lines = ["exam,external_id,stem,correct,choice_1,choice_2"]
        lines += [f"FAULT,{prefix}-{n},What is {prefix} {n}?,1,Yes,No" for n in range(self.rows)]
        data = "\n".join(lines).encode()
        return preview_import(file_name=f"{prefix}.csv", data=data, user=self.user)

    def do(self, operation: str, batch: ImportBatch) -> bool:
        """Whether the run did it."""
        self.insist(lambda: self.order_import(operation, batch))
        runs = Run.objects.filter(operation=operation, target=str(batch.pk))
        key = self.insist(lambda: runs.values_list("pk", flat=True).latest("pk"))
        self.book.runs[key] = operation
        run = self.ended(key)
        return run.status == Status.COMPLETED

    def order_import(self, operation: str, batch: ImportBatch) -> None:
        """Once, also where the first order's acknowledgement was lost."""
        if not Run.objects.filter(operation=operation, target=str(batch.pk)).exists():
            imports.order(operation, batch, self.user)

    def compare(self, prefix: str, wanted: int) -> None:
        found = self.insist(
            lambda: Question.objects.filter(external_id__startswith=f"{prefix}-").count()
        )
        if found != wanted:
            self.book.object_to("Questions of an import:", prefix, found, "and not", wanted)
        self.book.imports[prefix] = wanted


class BackingUp(Ordering):
    """A backup now and then; a drill restores the last of them in the end."""

    def once(self) -> None:
        self.ended(self.order("back_up"))
        for backup in self.insist(lambda: list(Backup.objects.kept().order_by("-id")[2:])):
            self.insist(lambda backup=backup: forget(backup))  # type: ignore[misc]
