"""Rows of a flat table are copied into a partitioned one while both are read and written.

Safety: nothing is ever written to the source but a trigger that notes its changes, and dropped
with the run. A batch, its watermark and the ledger of what it brought are one transaction: a run
that was killed repeats nothing and loses nothing. A row's key follows from its own, so that no row
comes twice. What was changed here since it came is never overwritten nor taken back.

Why a trigger and no long lock: the source may be copied for an hour, and is written to meanwhile.
Its statement triggers note the keys of what changed; those rows are brought up to date in batches,
and the last of them under a lock of a moment, in which the triggers are dropped.
"""
