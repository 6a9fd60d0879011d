"""Slugs from names: readable in any script, and made unique by the database."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from anyascii import anyascii

from assessments.models import ProfileSlug

LONGEST = 60
# Of the numbers after a name, how many are tried in turn.
IN_TURN = 3
# And how many random ones, before the name is given up.
AT_RANDOM = 5
NEUTRAL = "member"


def slug_of(name: str) -> str:
    """In ASCII, "josé núñez" as "jose-nunez"; empty when no letter or digit is left."""
    words = re.findall(r"[a-z0-9]+", anyascii(name).replace("'", "").lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LONGEST]
        if len(longer) > LONGEST:
            break
        slug = longer
    return slug


def candidates(name: str) -> Iterator[str]:
    """Endless: the name, the next numbers after it, random numbers, neutral ones."""
    if base := slug_of(name):
        yield base
        for _ in range(IN_TURN):
            yield f"{base}-{highest_number(base) + 1}"
        for _ in range(AT_RANDOM):
            yield f"{base}-{1000 + secrets.randbelow(9_000_000)}"
    yield from neutral()


def neutral() -> Iterator[str]:
    """Endless: they say nothing of the person."""
    while True:
        yield f"{NEUTRAL}-{secrets.token_hex(4)}"


def highest_number(base: str) -> int:
    """Of the slugs "base-2", "base-3", … that are or were in use; 1 if there is none."""
    taken = ProfileSlug.objects.filter(
        slug__startswith=f"{base}-", slug__regex=rf"^{base}-[0-9]{{1,3}}$"
    )
    numbers = (int(slug.rpartition("-")[2]) for slug in taken.values_list("slug", flat=True))
    return max(numbers, default=1)
