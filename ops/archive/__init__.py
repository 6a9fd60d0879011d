"""Partitions leave their table, are kept as Parquet, and come back, and no row is lost on the way.

`archiving.py` takes one out, `restoring.py` brings one back. Each is a chain of steps, each step
one transaction that moves the state in `ops_archive` from the one it expects to the next: a step
that was cut off is done again, a step that was done is not. The caller holds the advisory lock.
"""
