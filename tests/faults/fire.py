"""One run of the faults, from content to report."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from itertools import cycle

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from config.demo_logins import synchronise_logins  # noqa: E402
from ops.models import AlertThreshold  # noqa: E402
from tests.faults import operations  # noqa: E402
from tests.faults.book import Book  # noqa: E402
from tests.faults.breaking import Kill, Lasting, Scene  # noqa: E402
from tests.faults.breaking.kills import KILLS  # noqa: E402
from tests.faults.breaking.lasting import LASTING  # noqa: E402
from tests.faults.checks import Found  # noqa: E402
from tests.faults.checks.ledger import LEDGER  # noqa: E402
from tests.faults.checks.members import MEMBERS  # noqa: E402
from tests.faults.checks.staff import STAFF  # noqa: E402
from tests.faults.crew import Crew  # noqa: E402
from tests.faults.deeds import Deed  # noqa: E402
from tests.faults.deeds.archiving import NOTES, Archiving  # noqa: E402
from tests.faults.deeds.learning import Answering, Interacting, Streaming  # noqa: E402
from tests.faults.deeds.moderating import Moderating, Visiting  # noqa: E402
from tests.faults.deeds.reading import Reading  # noqa: E402
from tests.faults.deeds.running import BackingUp, Exporting, Importing, Ordering  # noqa: E402
from tests.faults.deeds.tasting import Tasting  # noqa: E402
from tests.faults.house import House  # noqa: E402
from tests.faults.quiet import Quiet  # noqa: E402
from tests.faults.report import report  # noqa: E402
from tests.faults.rounds import REST_SECONDS, Rounds  # noqa: E402

CONTENT = ("load_demo_members", "load_demo_answers", "load_demo_reports", "load_demo_flavors")
# A replica may be so many seconds behind here, as ops may set it.
LAG = 4
# The machine's own disk is no part of it, however full: percent.
USED = 99


class Fire:
    def __init__(self, house: House, seed: int, *, only: str | None = None) -> None:
        self.house, self.seed = house, seed
        self.lasting, kills = chosen(only)
        self.book = Book()
        self.prepare()
        self.deeds = self.make_deeds()
        for deed in self.deeds:
            deed.prepare()
        self.crew = Crew(house.folder / "logs")
        self.scene = Scene(house, self.crew, self.book, random.Random(seed))  # noqa: S311
        self.quiet = Quiet(self.scene)
        self.rounds = Rounds(self.scene, self.deeds, kills, self.quiet)

    def prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_demo", verbosity=0)
        synchronise_logins(self.house.folder)
        for name in CONTENT:
            call_command(name, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(operations.STEPS)
        AlertThreshold.objects.filter(rule="replica-lag").update(warning=LAG)
        AlertThreshold.objects.filter(rule="disk-used").update(warning=USED, critical=None)

    def make_deeds(self) -> list[Deed]:
        book, seed = self.book, self.seed
        return [
            Answering(book, seed),
            Answering(book, seed, name="answering too"),
            Streaming(book, seed),
            Interacting(book, seed, every=0.5),
            Tasting(book, seed),
            Ordering(book, seed, every=0.4),
            Exporting(book, seed, every=1),
            Importing(book, seed, every=1),
            BackingUp(book, seed, every=20),
            Archiving(book, seed),
            Archiving(book, seed, table="flavor_descriptors", fill=NOTES, many=5_000),
            Moderating(book, seed, every=0.5),
            Visiting(book, seed, port=self.house.port, every=0.3),
            Reading(book, seed),
        ]

    # --- The run -----------------------------------------------------------------------------
    def run(self, kills: int, *, minutes: float, per_round: int) -> int:
        """The exit code."""
        began = time.monotonic()
        self.say(f"Seed {self.seed}; {kills:,} kills, {per_round} a round.")
        if not self.house.disk.is_real:
            self.say("No tmpfs may be mounted here: rounds with a full disk are left out.")
        if not self.rounds.wait(self.crew.are_all_there, 60):
            self.book.object_to("Not all processes started.")
        for deed in self.deeds:
            deed.thread.start()
        for lasting in cycle(self.lasting):
            if self.rounds.killed >= kills or time.monotonic() - began > minutes * 60:
                break
            self.one_round(lasting, min(per_round, kills - self.rounds.killed))
        found = self.look_back()
        for line in report(self.rounds, self.book, found, seconds=time.monotonic() - began):
            self.say(line)
        well = not self.book.wrong and not any(each.wrong for each in found)
        self.say("Nothing lost, nothing twice, nothing stuck." if well else "NOT all holds.")
        return 0 if well else 1

    def one_round(self, lasting: Lasting, kills: int) -> None:
        if lack := lasting.lacks(self.scene):
            self.say(f"{lasting.name}: left out, {lack}.")
            return
        began = time.monotonic()
        self.rounds.round(lasting, kills)
        took = time.monotonic() - began
        self.say(f"{self.rounds.killed:5,} killed; {lasting.name}, {took:.0f} s")

    def look_back(self) -> list[Found]:
        for deed in self.deeds:
            deed.end()
        connection.close()
        self.quiet.switch_schedules_off()
        if not self.rounds.wait(self.quiet.is_there, REST_SECONDS):
            for each in self.quiet.left:
                self.book.object_to("In the end there is left:", each)
        return [check(self.house, self.book) for check in (*MEMBERS, *LEDGER, *STAFF)]

    def end(self) -> None:
        for deed in self.deeds:
            if deed.thread.is_alive():
                deed.end()
        self.crew.end()
        connection.close()

    @staticmethod
    def say(line: str) -> None:
        print(line, flush=True)


def chosen(only: str | None) -> tuple[Sequence[Lasting], Sequence[Kill]]:
    """What breaks a whole round, and what a moment: all, or the one of that name."""
    if only is None:
        return LASTING, KILLS
    lasting = [each for each in LASTING if each.name == only]
    kills = [each for each in KILLS if each.name == only]
    if not lasting and not kills:
        names = (each.name for each in (*LASTING, *KILLS))
        raise SystemExit(f"--only takes one of: {'; '.join(names)}.")
    return lasting or LASTING[:1], kills or KILLS
