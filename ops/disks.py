"""Files that cannot be written or read, in words for a person."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.template.defaultfilters import filesizeformat

from ops.work import Refused

# No room, and no room for this user.
FULL = (errno.ENOSPC, errno.EDQUOT)
# What stands in the way until a person takes it away. Anything else may be over at the next try.
LASTING = (*FULL, errno.EFBIG, errno.EROFS, errno.EACCES, errno.ENOENT)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Around work that writes there, and leaves nothing of what it could not write. Raises
    Refused for what is LASTING."""
    try:
        yield
    except OSError as error:
        if error.errno not in LASTING:
            raise
        raise Refused(trouble_with(folder, error)) from error


def trouble_with(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return (
            f"The disk of {folder} is full: {free_on(folder)} are free. What was begun was taken"
            " away again. Make room there, or move the folder to a larger disk; then run it again."
        )
    file = error.filename or f"A file in {folder}"
    return f"{file} cannot be used: {error.strerror or error}."


def free_on(folder: Path) -> str:
    """Of the disk that has it, or will have it."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return filesizeformat(shutil.disk_usage(there).free)
