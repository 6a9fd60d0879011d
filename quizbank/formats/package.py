"""Zipped packages of XML files, guarded."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.conf import settings

from quizbank.formats.base import FormatError, LineError

MOST_FILES = 50_000
# What the XML of a package may swell to: a multiple of the largest file that may be imported.
SWELLS = 2


def read_package(data: bytes, errors: list[LineError]) -> list[tuple[str, bytes]]:
    """(name, content) of each XML file but the manifest. Raises FormatError."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise FormatError(f"The package has {len(entries):,} files: split it.")
            wanted = [entry for entry in entries if is_wanted(entry, errors)]
            return read_all(archive, wanted)
    except (BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise FormatError(f"This package cannot be read: {str(error)[:200]}.") from None
    except Exception as error:  # zlib and lzma have errors of their own
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"This package is damaged: {str(error)[:200]}.") from None


def is_wanted(entry: ZipInfo, errors: list[LineError]) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.suffix.lower() != ".xml" or entry.is_dir():
        return False
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        errors.append(LineError(1, f"{entry.filename[:120]}: the name leaves the package."))
        return False
    return path.name != "imsmanifest.xml" and not path.name.startswith("._")


def read_all(archive: ZipFile, entries: list[ZipInfo]) -> list[tuple[str, bytes]]:
    """A size that an entry states for itself may be anything: what is read counts."""
    left = SWELLS * settings.STEWARD_IMPORT_MAX_MB * 1024**2
    found = []
    for entry in entries:
        with archive.open(entry) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            limit = SWELLS * settings.STEWARD_IMPORT_MAX_MB
            raise FormatError(f"Unpacked, this package has more than {limit:,} MB: split it.")
        found.append((entry.filename, content))
    return found
