"""Trigger shapes that several tables share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pgtrigger


def append_only(*, erased: Mapping[str, Any]) -> pgtrigger.Trigger:
    """Rows stay as they were written. Only an erasure may set the columns of `erased`, to these
    values; `public.is_erasing` says when."""
    values = json.dumps(erased).replace("'", "''")
    return pgtrigger.Trigger(
        name="append_only",
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            IF TG_OP = 'UPDATE' AND public.is_erasing(
                pg_catalog.to_jsonb(OLD), pg_catalog.to_jsonb(NEW), '{values}'
            ) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
        """,
    )


def tell_caches(*columns: str) -> pgtrigger.Trigger:
    """A write makes the caches void that have the table's name among their tags; an update only if
    it sets one of `columns`, where some are named.

    Never on answers or user_interactions: commits that notify wait for each other.
    """
    update = pgtrigger.UpdateOf(*columns) if columns else pgtrigger.Update
    return pgtrigger.Trigger(
        name="tell_caches",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | update | pgtrigger.Delete | pgtrigger.Truncate,
        func="""
            PERFORM pg_catalog.pg_notify('steward_cache', TG_TABLE_NAME);
            RETURN NULL;
        """,
    )
