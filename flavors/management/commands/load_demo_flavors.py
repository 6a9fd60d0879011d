"""Demo content: the category tree with its terms, and twelve members' tastings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import Member
from flavors.demo.lexicon import FLAVORS, METAPHORS
from flavors.demo.tastings import DAYS, MEMBERS, descriptors
from flavors.duplicates.comparing import COMPARISON
from flavors.models import Descriptor, FlavorCategory, Term
from flavors.models.choices import CategoryKind, TermStatus
from ops.partitions import ensure_partition_of
from ops.registry import PartitionedTable, declared
from ops.runs import enqueue


class Command(BaseCommand):
    help = "Load the demo's flavor categories, terms and descriptors, once."

    def handle(self, **_: Any) -> None:
        if Descriptor.objects.exists() or FlavorCategory.objects.exists():
            self.stdout.write("There are flavors already.")
            return
        with transaction.atomic(), pghistory.context(command="load_demo_flavors"):
            load_tree(FLAVORS, CategoryKind.FLAVOR)
            load_tree(METAPHORS, CategoryKind.METAPHOR)
            count = load_tastings()
            with connection.cursor() as cursor:
                cursor.execute("SELECT public.refresh_descriptor_views()")
            enqueue(operation=COMPARISON)
        self.stdout.write(f"{count} descriptors added.")


def load_tree(
    tree: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]], kind: CategoryKind
) -> None:
    for position, (name, (color, below)) in enumerate(tree.items()):
        top = FlavorCategory.objects.create(name=name, kind=kind, color=color, position=position)
        for number, (subname, words) in enumerate(below.items()):
            sub = FlavorCategory.objects.create(
                name=subname, kind=kind, parent=top, position=number
            )
            Term.objects.bulk_create(
                Term(display_text=word, category=sub, status=TermStatus.APPROVED) for word in words
            )


def load_tastings() -> int:
    active = Member.objects.filter(is_active=True, email__isnull=False).order_by("email")
    members = list(active.values_list("pk", flat=True)[:MEMBERS])
    now = timezone.now()
    made = list(descriptors(members, now))
    table = declared(PartitionedTable)["flavor_descriptors"]
    for months in range(DAYS // 28 + 2):
        ensure_partition_of(table, (now - timedelta(days=28 * months)).date())
    Descriptor.objects.bulk_create(made)
    return len(made)
