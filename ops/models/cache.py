from __future__ import annotations

from django.db import models


class CacheState(models.Model):
    """Who may see the caches, and make them void: they are declared in code and kept in Redis."""

    name = models.TextField(primary_key=True)

    class Meta:
        managed = False
        default_permissions = ("view", "change")
        verbose_name = "cache"

    def __str__(self) -> str:
        return self.name
