"""Duplicates: terms that may be one, merges, and pairs that are not duplicates."""
