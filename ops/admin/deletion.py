"""Deleting what many rows hang on: said in counts, where Django would list every row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class CountedDeletion(ModelAdmin):
    """`in_the_way` is ((model, its foreign key, what to call the rows), …): protected relations."""

    in_the_way: tuple[tuple[type[Model], str, str], ...] = ()

    def get_deleted_objects(
        self, objs: Sequence[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        counted = (
            (model._default_manager.filter(**{f"{key}__in": list(objs)}).count(), words)
            for model, key, words in self.in_the_way
        )
        if kept_by := [f"{words}: {count:,}" for count, words in counted if count]:
            return [], {}, set(), kept_by
        return super().get_deleted_objects(objs, request)
