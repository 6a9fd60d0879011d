"""Duplicates: questions that read alike, merges, and pairs that are not the same."""
