"""Backups of the whole database: dumps whose contents are known, and proved by restoring them.

Safety: a dump gets its name when it is whole and on the disk, not before. Only `pruning` deletes
dumps, and the database refuses to forget the last one that was restored. A drill writes into one
scratch database, whose name no other has, and drops it.
"""
