"""A disk of a few megabytes, which can be full: a tmpfs where this process may mount one."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path


class Disk:
    """`is_real`: it was mounted. Otherwise it is a folder as any other, and nothing fills it."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder, self.megabytes = folder, megabytes
        self.ballast = folder / "ballast"
        self.is_real = False

    def mount(self) -> None:
        self.folder.mkdir()
        size = f"size={self.megabytes}m,mode=0700"
        command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)]
        with suppress(OSError):
            made = subprocess.run(command, capture_output=True, check=False)
            self.is_real = made.returncode == 0

    def unmount(self) -> None:
        if self.is_real:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    def fill(self) -> None:
        """To the last block."""
        with suppress(OSError), self.ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(64 * 1024))

    def free(self) -> None:
        self.ballast.unlink(missing_ok=True)
