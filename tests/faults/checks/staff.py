"""What staff did: files, decisions, backups; and what caches keep of it."""

from __future__ import annotations

from ops.alerts.delivery import TOLD
from ops.caching import store
from ops.models import Backup
from ops.models.alert import Happening
from ops.models.backup import BackupState
from ops.runner import perform_here
from tests.faults.book import Book
from tests.faults.checks import Found, few, rows
from tests.faults.deeds.moderating import Visiting
from tests.faults.deeds.reading import kept_answers
from tests.faults.house import House


def backups_restore(house: House, book: Book) -> Found:
    """The last one is restored into a scratch database and compared table by table."""
    kept = Backup.objects.filter(state=BackupState.KEPT).count()
    writing = Backup.objects.filter(state=BackupState.WRITING).count()
    wrong = [f"{writing} are being written still"] if writing else []
    if kept:
        run, _ = perform_here(operation="verify_backup")
        if run.status != "completed":
            wrong.append(f"the last does not restore: {run.error}")
    return Found("Backups", f"{kept:,} kept, the last one restored", tuple(wrong))


def imports_are_whole(house: House, book: Book) -> Found:
    stored = dict(
        rows(
            "SELECT split_part(external_id, '-', 1), count(*) FROM public.questions"
            " WHERE external_id ~ '^F[0-9a-f]{10}-' GROUP BY 1"
        )
    )
    wrong = [
        f"{prefix}: {stored.get(prefix, 0)} and not {wanted}"
        for prefix, wanted in book.imports.items()
        if stored.get(prefix, 0) != wanted
    ]
    many = sum(book.imports.values())
    return Found("Imports", f"{len(book.imports):,} files, {many:,} questions", few(wrong))


def profiles_are_as_decided(house: House, book: Book) -> Found:
    stored = dict(
        rows(
            "SELECT profile_slug, state FROM public.public_profiles WHERE profile_slug = ANY(%s)",
            list(book.profiles),
        )
    )
    wrong = [
        f"{slug}: {stored.get(slug)}"
        for slug, shown in book.profiles.items()
        if shown is not None and (stored.get(slug) == "published") != shown
    ]
    hidden = sum(shown is False for shown in book.profiles.values())
    figure = f"{book.decisions:,} decisions; {hidden} of {len(book.profiles)} hidden in the end"
    return Found("Profiles", figure, few(wrong))


def pages_show_what_is_public(house: House, book: Book) -> Found:
    """Now that all runs again: 404 for what is hidden, 200 for the rest."""
    visitor = Visiting(book, 0, port=house.port)
    wrong = []
    for slug, shown in book.profiles.items():
        status, _ = visitor.get(f"/profiles/{slug}/")
        if shown is not None and status != (200 if shown else 404):
            wrong.append(f"{slug}: {status}, shown {shown}")
    if book.pages["500"]:
        wrong.append(f"{book.pages['500']:,} pages failed without a word")
    told = ", ".join(f"{count:,} times {status}" for status, count in sorted(book.pages.items()))
    return Found("Public pages", told, few(wrong))


def caches_equal_their_sources(house: House, book: Book) -> Found:
    wrong = [] if store.is_attended() else ["nobody listens"]
    for source, arguments in kept_answers():
        kept, fresh = source(**arguments), source.__wrapped__(**arguments)
        if kept != fresh:
            wrong.append(f"{source.__name__}: {kept} and not {fresh}")
    return Found("Caches", f"{len(kept_answers())} answers equal their source", few(wrong))


EVENTS = """
    SELECT e.id::text, e.alert_id::text, e.kind, a.rule FROM public.alert_events AS e
    JOIN public.alerts AS a ON a.id = e.alert_id WHERE e.kind = ANY(%s)
"""


def alerts_were_told(house: House, book: Book) -> Found:
    """Once at least, by each way: twice where a try died between telling and writing it down."""
    told, wrong = house.sink.told, []
    events = rows(EVENTS, [str(each) for each in TOLD])
    for event, alert, kind, rule in events:
        ways = {"webhook": (event,), "e-mail": (alert, str(Happening(kind).label))}
        wrong += [f"{rule}, {kind}: not by {way}" for way, key in ways.items() if not told[key]]
    wrong += [f"nobody was told {key}" for key in house.sink.refused if not told[key]]
    again = sum(many > 1 for many in told.values())
    refused = len(house.sink.refused)
    figure = f"{len(events):,} events by webhook and e-mail; {refused:,} refused at first,"
    return Found("Alerts", f"{figure} {again:,} told more than once", few(wrong))


STAFF = (
    alerts_were_told,
    imports_are_whole,
    profiles_are_as_decided,
    pages_show_what_is_public,
    caches_equal_their_sources,
    backups_restore,
)
