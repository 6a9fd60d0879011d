"""Which trouble with files a person has to take away, and which the next try may not have."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ops.disks import writing_to
from ops.work import Refused


@pytest.mark.parametrize(
    "code",
    [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.ENOENT],
)
def test_what_stays_in_the_way_is_refused(tmp_path: Path, code: int) -> None:
    with pytest.raises(Refused), writing_to(tmp_path):
        raise OSError(code, os.strerror(code))


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
        TimeoutError("timed out"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_what_may_be_over_is_tried_again(tmp_path: Path, error: OSError) -> None:
    with pytest.raises(OSError, match=str(error.args[-1])) as caught, writing_to(tmp_path):
        raise error

    assert caught.value is error


def test_file_in_the_way_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "gone" / "part-1.parquet"

    with pytest.raises(Refused) as caught, writing_to(tmp_path):
        missing.read_bytes()

    assert str(caught.value) == f"{missing} cannot be used: No such file or directory."
