"""The folder in which the web's processes add their figures up is there while one of them lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGTERM

import pytest

from config import gunicorn
from config.services import processes
from config.services.paths import CHECKOUT

LONG_AGO = (0, 0)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv(gunicorn.SHARED, "")
    return tmp_path


def left_behind(folders: Path) -> Path:
    folder = folders / f"{gunicorn.PREFIX}abc"
    folder.mkdir()
    (folder / "counter_1.db").touch()
    os.utime(folder, LONG_AGO)
    return folder


def test_folder_of_a_process_that_was_killed_is_cleared_by_the_next(folders: Path) -> None:
    folder = left_behind(folders)
    other = folders / "of-somebody-else"
    other.mkdir()
    os.utime(other, LONG_AGO)

    gunicorn.on_starting(None)

    own = Path(os.environ[gunicorn.SHARED])
    assert (folder.exists(), set(folders.iterdir())) == (False, {other, own})
    gunicorn.on_exit(None)
    assert list(folders.iterdir()) == [other]


def test_folder_that_somebody_holds_or_just_made_stays(folders: Path) -> None:
    folder = left_behind(folders)
    held = gunicorn.hold(folder)
    try:
        gunicorn.clear_left_behind()
        assert folder.exists()
    finally:
        os.close(held)
    os.utime(folder)
    gunicorn.clear_left_behind()
    assert folder.exists()
    os.utime(folder, LONG_AGO)
    gunicorn.clear_left_behind()
    assert not folder.exists()


def test_folder_that_was_named_is_left_to_who_named_it(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = folders / "named"
    named.mkdir()
    monkeypatch.setenv(gunicorn.SHARED, str(named))

    gunicorn.on_starting(None)
    gunicorn.on_exit(None)

    assert os.environ[gunicorn.SHARED] == str(named)
    assert list(folders.iterdir()) == [named]


def test_web_server_goes_on_when_one_of_its_processes_ends(tmp_path: Path) -> None:
    own = {"TMPDIR": str(tmp_path), "WEB_CONCURRENCY": "1", "STEWARD_BIND": f"unix:{tmp_path}/s"}
    command = ("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
    server = subprocess.Popen([sys.executable, *command], cwd=CHECKOUT, env=os.environ | own)

    def workers() -> set[int]:
        found = tmp_path.glob(f"{gunicorn.PREFIX}*/*.db")
        return {int(file.stem.rpartition("_")[2]) for file in found}

    try:
        processes.wait_until(lambda: bool(workers()) or server.poll() is not None, seconds=120)
        [first] = workers()
        os.kill(first, SIGTERM)
        processes.wait_until(lambda: workers() > {first} or server.poll() is not None, seconds=120)
        assert server.poll() is None
    finally:
        server.terminate()
        server.wait(60)
    assert list(tmp_path.glob(f"{gunicorn.PREFIX}*")) == []
