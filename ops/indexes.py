"""Indexes that several tables share in shape."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class LongNamedIndex(models.Index):
    """An index under a name of up to PostgreSQL's 63 characters; Django's own limit of 30 is
    Oracle's. For names that other systems know."""

    max_name_length = 63


class LongNamedGinIndex(GinIndex):
    """A GIN index under such a name."""

    max_name_length = 63
