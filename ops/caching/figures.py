"""How the declared caches do, for their screen and for monitoring systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ops.caching import store
from ops.caching.store import Away
from ops.registry import Cache, declared


@dataclass(frozen=True)
class Figures:
    """Of one cache, since it was first asked; `counted` is what Redis has of it."""

    cache: Cache
    counted: Mapping[str, int]

    @property
    def hits(self) -> int:
        """An answer past its lifetime, given while a new one is computed, is one too."""
        return self.counted.get("hits", 0)

    @property
    def misses(self) -> int:
        return self.counted.get("misses", 0)

    @property
    def unattended(self) -> int:
        """How often the source was asked because nobody listened."""
        return self.counted.get("unattended", 0)

    @property
    def ratio(self) -> float | None:
        """Hits, in percent; None: it was never asked."""
        asked = self.hits + self.misses
        return 100 * self.hits / asked if asked else None

    @property
    def source_ms(self) -> float | None:
        """What the source takes, on average."""
        computed = self.counted.get("computed", 0)
        return self.counted.get("cost", 0) / computed / 1000 if computed else None

    @property
    def saved(self) -> timedelta:
        """What the source took, once for each hit."""
        return timedelta(microseconds=self.counted.get("saved", 0))

    @property
    def since(self) -> datetime | None:
        moment = self.counted.get("since")
        return None if moment is None else datetime.fromtimestamp(moment, UTC)


@dataclass(frozen=True)
class Standing:
    """`state`: attended; unattended (nobody listens, caches with tags are not used); away (Redis
    does not answer, no cache is used, and there are no figures)."""

    state: str
    caches: list[Figures]

    @property
    def tags(self) -> dict[str, list[Cache]]:
        """The caches that each tag makes void."""
        found: dict[str, list[Cache]] = {}
        for each in self.caches:
            for tag in each.cache.tags:
                found.setdefault(tag, []).append(each.cache)
        return dict(sorted(found.items()))


def standing() -> Standing:
    caches = list(declared(Cache).values())
    try:
        counted = store.counters([cache.name for cache in caches])
        state = "attended" if store.is_attended() else "unattended"
    except Away:
        counted, state = [{} for _ in caches], "away"
    return Standing(state, [Figures(*each) for each in zip(caches, counted, strict=True)])
