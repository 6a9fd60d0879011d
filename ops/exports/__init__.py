"""Declared exports: rows as files, streamed at constant memory or prepared by a run."""
