"""Addresses of services, taken apart and put together; the settings may import this."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit


def postgres_url(sockets: Path, *, user: str, database: str) -> str:
    """A URL that libpq, psycopg and django-environ read alike."""
    return f"postgres://{user}@/{database}?host={quote(str(sockets))}"


def redis_url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}?db=0"


def redis_database(url: str) -> int:
    """The number of the Redis database that `url` names; 0 when it names none."""
    parts = urlsplit(url)
    numbers = [value for key, value in parse_qsl(parts.query) if key == "db"]
    if parts.scheme != "unix":
        numbers.append(parts.path.strip("/"))
    return next((int(number) for number in numbers if number.isdigit()), 0)


def with_redis_database(url: str, database: int) -> str:
    """`url` for another database: redis-py lets the URL win over every `db=` option."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "db"]
    path = parts.path if parts.scheme == "unix" else ""
    # Not urlunsplit: it drops the slashes of an empty host.
    return f"{parts.scheme}://{parts.netloc}{path}?{urlencode([*query, ('db', database)])}"
