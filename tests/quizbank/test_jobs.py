from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import models

from ops.work import Work
from quizbank.jobs import discard_old_previews
from quizbank.models import ImportBatch


@pytest.mark.django_db
def test_files_of_imports_that_nobody_confirmed_go_after_a_week() -> None:
    for days, fields in ((8, {"status": "preview"}), (9, {"status": "failed", "failure": "Why."})):
        batch = ImportBatch.objects.create(file_name="old.csv", file=b"x", **fields)
        then = models.Func(models.Value(-timedelta(days=days)), function="uuidv7")
        ImportBatch.objects.filter(pk=batch.pk).update(id=then)
    ImportBatch.objects.create(file_name="fresh.csv", file=b"x")
    work = Work(uuid4(), "discard_old_previews", "", {}, 1)

    assert discard_old_previews(work) == "2 previews discarded."
    assert discard_old_previews(work) == "0 previews discarded."
    kept = ImportBatch.objects.get(file__isnull=False)
    assert kept.file_name == "fresh.csv"
