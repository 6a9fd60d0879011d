"""In a worker of the tests: stops for ever at the step that STALL_AT names, and says so."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from ops.archive import archiving, manifest, restoring
from ops.exports import parts
from ops.moving import copying, proving, work


def stall(step: str) -> None:
    if os.environ.get("STALL_AT") == step:
        Path(os.environ["STALL_MARKER"]).touch()
        time.sleep(600)


def stalling_after(step: str, function: Any) -> Any:
    def stalled(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        stall(step)
        return found

    return stalled


def stall_in_transitions(module: Any) -> None:
    """Before the state is committed: the whole step has to be done again."""
    advance = module.advance

    def stalled(conn: Any, archive: Any, before: str, after: str, **fields: Any) -> None:
        advance(conn, archive, before, after, **fields)
        stall(after)

    module.advance = stalled


def install() -> None:
    for module in (archiving, restoring):
        stall_in_transitions(module)
    archiving.detach_once = stalling_after("detached", archiving.detach_once)
    archiving.drop_partition = stalling_after("gone", archiving.drop_partition)
    manifest.write = stalling_after("written", manifest.write)
    copying.write_staged = stalling_after("batch_written", copying.write_staged)
    all_batches = copying.all_batches
    work.all_batches = stalling_after("batch_kept", all_batches)
    proving.prove = stalling_after("proved", proving.prove)
    restoring.load = stalling_after("loaded", restoring.load)
    parts.Parts.save = stalling_after("part_written", parts.Parts.save)  # type: ignore[method-assign]
    restoring.attach = stalling_after("attached", restoring.attach)
