"""Rounds: work goes on while things are killed; then a rest, in which all must become quiet."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.breaking import Kill, Lasting, Scene
from tests.faults.deeds import Deed, go_on, rest
from tests.faults.quiet import Quiet

# Between two kills, in seconds.
SHORTEST, LONGEST = 0.05, 0.6
ALERT_SECONDS, REST_SECONDS = 120, 180
OPENED = "SELECT count(*) FROM public.alerts WHERE rule = %s AND created_at >= %s"
OPEN = "SELECT rule FROM public.alerts WHERE rule = ANY(%s) AND resolved_at IS NULL"


@dataclass
class Rounds:
    scene: Scene
    deeds: list[Deed]
    kills: Sequence[Kill]
    quiet: Quiet
    alerts: Counter[str] = field(default_factory=Counter)
    lasted: Counter[str] = field(default_factory=Counter)
    longest_rest: float = 0.0

    @property
    def killed(self) -> int:
        """Where nothing is killed at all, what was hit."""
        counted = [kill for kill in self.kills if kill.counts] or self.kills
        return sum(self.scene.hits[kill.name] for kill in counted)

    def round(self, lasting: Lasting, kills: int) -> None:
        began = self.scene.house.value("SELECT clock_timestamp()")
        go_on(self.deeds)
        lasting.do(self.scene)
        self.lasted[lasting.name] += 1
        self.kill(kills)
        for rule in lasting.alerts:
            told = self.wait(
                lambda rule=rule: self.scene.house.value(OPENED, rule, began) > 0,  # type: ignore[misc]
                ALERT_SECONDS,
            )
            self.alerts[rule] += told
            if not told:
                self.scene.book.object_to(f"{lasting.name}: no alert {rule} opened")
        lasting.mend(self.scene)
        self.rest(lasting)

    def kill(self, many: int) -> None:
        wanted, tries = self.killed + many, 0
        while self.killed < wanted and tries < 20 * many:
            tries += 1
            time.sleep(self.scene.chance.uniform(SHORTEST, LONGEST))
            [kill] = self.scene.chance.choices(self.kills, [each.weight for each in self.kills])
            if kill.do(self.scene):
                self.scene.hits[kill.name] += 1

    def rest(self, lasting: Lasting) -> None:
        began = time.monotonic()
        for deed in rest(self.deeds, seconds=REST_SECONDS):
            self.scene.book.object_to("Did not come to its end:", deed.name)
        if not self.wait(self.quiet.is_there, REST_SECONDS):
            for each in self.quiet.what_is_left():
                self.scene.book.object_to("Did not become quiet:", each)
        rules = list(lasting.alerts)
        if rules:
            # Once more, for what went wrong on the way into the rest.
            lasting.mend(self.scene)
        if not self.wait(lambda: not self.scene.house.ask(OPEN, rules), ALERT_SECONDS):
            self.scene.book.object_to("Alerts stay open:", self.scene.house.ask(OPEN, rules))
        self.longest_rest = max(self.longest_rest, time.monotonic() - began)

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)
        return True
