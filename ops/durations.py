"""How long something took or may take, in words."""

from __future__ import annotations

from datetime import timedelta

UNITS = (("day", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def in_words(duration: timedelta) -> str:
    """The two largest units: "1 min 20 s"; below a second "under 1 s"."""
    rest = int(duration.total_seconds())
    parts = []
    for unit, seconds in UNITS:
        number, rest = divmod(rest, seconds)
        if number:
            plural = "s" if unit == "day" and number > 1 else ""
            parts.append(f"{number:,} {unit}{plural}")
        elif parts:
            break
    return " ".join(parts[:2]) or "under 1 s"


def measured(seconds: float) -> str:
    """About three digits: "0.05 ms", "340 ms", "3.4 s", "2 h 5 min"."""
    if seconds < 0.01:
        return f"{seconds * 1000:.2f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else in_words(timedelta(seconds=seconds))
