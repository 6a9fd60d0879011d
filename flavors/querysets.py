from __future__ import annotations

from django.db import models


class TermQuerySet(models.QuerySet):  # type: ignore[type-arg]  # typed by the model
    def survivors(self) -> TermQuerySet:
        """Those that were not merged into another one."""
        return self.filter(canonical__isnull=True)
