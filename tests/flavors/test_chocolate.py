"""Duplicates among 966 real terms of chocolate reviews."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest

from flavors.duplicates import comparing, reading
from flavors.models import Term, TermSimilarity
from ops.work import Work

DATA = Path(__file__).resolve().parents[3] / "shared/data/chocolate/chocolate.csv"
MUST_BE_SUGGESTED = (
    {"raisin", "raisins", "raisns", "rasin"},
    {"astringent", "astingent"},
    {"high astringent", "high astringnet"},
    {"spicy", "spciy"},
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.exists(), reason="the real file is not beside the repo"),
]


def load() -> int:
    with DATA.open(encoding="utf-8", newline="") as file:
        noted = [
            each.strip()
            for line in csv.DictReader(file)
            for each in line["most_memorable_characteristics"].split(",")
        ]
    uses = Counter(noted)
    forms = {each: each.lower() for each in uses if each}
    Term.objects.bulk_create(
        [Term(display_text=text, usage_count=uses[text]) for text in forms], ignore_conflicts=True
    )
    return Term.objects.count()


def test_everything_that_must_be_suggested_is_and_nothing_merges() -> None:
    assert load() > 900

    work = Work(uuid4(), comparing.COMPARISON, "", {}, 1, 1)
    figures = comparing.find_duplicate_terms(work).figures

    assert figures["pairs"] > 140
    assert not Term.objects.exclude(canonical=None).exists()
    clusters = reading.clusters_from(reading.cluster_keys())
    shown = [{each.term.normalized_form for each in cluster.candidates} for cluster in clusters]
    for wanted in MUST_BE_SUGGESTED:
        assert any(wanted <= cluster for cluster in shown), wanted
    methods = set(TermSimilarity.objects.values_list("method", flat=True))
    assert methods == {"fingerprint", "2-gram", "edit distance"}
