"""Every address in a profile's texts, with what deserves a second look. Nothing is ever fetched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

# With a scheme, or what people and programs take for an address: www.example.org, example.org/me.
ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>\"]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@.-])(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
# A sentence's own marks at the end of an address.
TRAILING = ".,;:!?)]}'»”\u2019"
SHOWN = 30


@dataclass(frozen=True)
class Link:
    """`address` leads there, empty where a click could do anything but open a page."""

    field: str
    text: str
    address: str
    host: str
    marks: tuple[str, ...]


def links_in(texts: Iterable[tuple[str, str]]) -> list[Link]:
    """Of (field, text), each address once a field, at most SHOWN."""
    found: dict[tuple[str, str], Link] = {}
    for field, text in texts:
        for match in ADDRESS.finditer(text or ""):
            written = match[0].rstrip(TRAILING)
            found.setdefault((field, written), link_of(field, written))
    return list(found.values())[:SHOWN]


def link_of(field: str, written: str) -> Link:
    if "@" in written and "://" not in written:
        return Link(field, written, "", written.rpartition("@")[2], ("E-mail address",))
    try:
        parts = urlsplit(written if "://" in written else f"https://{written}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return Link(field, written, "", "", ("Not an address",))
    safe = parts.scheme in ("http", "https") and bool(host) and not parts.username
    address = parts.geturl() if safe else ""
    return Link(field, written, address, in_letters(host), tuple(marks_of(parts, host)))


def in_letters(host: str) -> str:
    """xn--… as it is meant to be read."""
    try:
        return ".".join(
            part.encode().decode("idna") if part.startswith("xn--") else part
            for part in host.split(".")
        )
    except UnicodeError:
        return host


def marks_of(parts: SplitResult, host: str) -> Iterable[str]:
    letters = in_letters(host)
    if parts.scheme == "http":
        yield "Not encrypted"
    elif parts.scheme != "https":
        yield f"{parts.scheme}: is no web page"
    if parts.username is not None:
        yield "Hides its host behind a name and @"
    if is_number(host):
        yield "A bare IP address"
    if not letters.isascii():
        yield f"Not plain letters: {in_code(letters)}"
    if any(len(scripts_of(label)) > 1 for label in letters.split(".")):
        yield "Mixes alphabets: may pose as another host"


def is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def in_code(host: str) -> str:
    """As the network writes it."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "no valid host"


def scripts_of(text: str) -> set[str]:
    """LATIN, CYRILLIC, …: the first word of a letter's Unicode name."""
    return {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}
