"""Tasting notes from files: what is made of them, what is refused, and the way back."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from flavors.importing import (
    FileError,
    confirm_import,
    import_file,
    preview_import,
    store_import,
    undo_forecast,
    undo_import,
)
from flavors.importing.reading import rows_of
from flavors.models import Descriptor, DescriptorImport, Term
from ops.imported import BatchStatus
from ops.work import Refused
from tests.flavors.tasting import learner, note, run, term_of, value

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real files are not beside the repo")
NOTES = b"""bar,notes
Sambirano,"raspberry, Cocoa , smoke"
Chuao,"nut, raspberries,, !!"
Chuao,"cream
and nut, cocoa, COCOA"
"""


def imported(data: bytes = NOTES, name: str = "notes.csv", **options: Any) -> DescriptorImport:
    given = {"text_column": "notes", "item_column": "bar"} | options
    return import_file(file_name=name, data=data, **given)


def test_rows_become_descriptors_and_terms(db: None) -> None:
    note(learner(), "Raspberry")
    note(learner(), "Raspberries")
    run("UPDATE flavor_terms SET canonical_id = %s WHERE normalized_form = 'raspberries'",
        term_of("raspberry").pk)  # fmt: skip

    batch = imported()

    assert batch.counts == {
        "rows": 3,
        "descriptors": 7,
        "new_terms": 4,
        "aliases": 1,
        "duplicates": 1,
        "refused": 1,
    }
    assert batch.errors == [{"line": 3, "reason": "“!!”: A descriptor needs a letter or a digit."}]
    made = Descriptor.objects.filter(source_id__isnull=False).order_by("id")
    assert [(row.item_name, row.descriptor_text) for row in made][:3] == [
        ("Sambirano", "raspberry"),
        ("Sambirano", "Cocoa"),
        ("Sambirano", "smoke"),
    ]
    assert {row.user_id for row in made} == {
        value("SELECT id FROM members WHERE display_name = 'Imported notes'")
    }
    assert Term.objects.get(pk=made[1].term_id).status == "suggested"


def test_same_file_again_is_all_duplicates(db: None) -> None:
    imported()

    again = imported()

    assert (again.counts["descriptors"], again.counts["duplicates"]) == (0, 8)
    run("INSERT INTO members (id, display_name, email)"
        " VALUES (gen_random_uuid(), 'Ada', 'ada@example.org')")  # fmt: skip
    assert imported(member="ADA@example.org").counts["descriptors"] == 7


def test_undo_takes_back_what_stands_as_it_was_made(db: None) -> None:
    other = note(learner(), "Cocoa")
    batch = imported()
    run("UPDATE flavor_descriptors SET descriptor_text = 'smoky' WHERE descriptor_text = 'smoke'")

    forecast = undo_forecast(batch)
    done = undo_import(batch=batch)

    assert forecast == done == {"undone": 6, "kept": 1}
    assert set(Descriptor.objects.values_list("descriptor_text", flat=True)) == {"Cocoa", "smoky"}
    assert Descriptor.objects.filter(pk=other).exists()
    with pytest.raises(Refused, match="undone already"):
        undo_import(batch=batch)
    assert imported().counts["descriptors"] == 6 + 1


def test_json_takes_lists_and_texts(db: None) -> None:
    rows = [{"bar": "A", "notes": ["nut", "smoke, cold"]}, {"bar": "B", "notes": "nut, tar"}]

    batch = imported(json.dumps(rows).encode(), "notes.json")

    assert batch.counts["descriptors"] == 4
    assert Descriptor.objects.filter(descriptor_text="smoke, cold").exists()


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_columns_are_parted_by_the_sign_of_the_header(sign: str) -> None:
    lines = ["", sign.join(("bar", "notes")), sign.join(("A", "fig")), ""]

    (row,) = rows_of("a.csv", "\n".join(lines).encode())

    assert (row.line, row.values) == (3, {"bar": "A", "notes": "fig"})


def test_backslash_before_a_u_is_a_text() -> None:
    (row,) = rows_of("a.json", rb'[{"notes": "\\u0000 \u00e9"}]')

    assert row.values == {"notes": r"\u0000 é"}


def test_preview_writes_nothing_and_confirms_once(db: None) -> None:
    batch = store_import(file_name="notes.csv", data=NOTES, user=None)
    with pytest.raises(FileError, match="which column"):
        preview_import(batch=batch)

    batch = preview_import(batch=batch, text_column="notes")
    assert (batch.counts["descriptors"], Descriptor.objects.count()) == (7, 0)
    assert not Term.objects.exists()
    assert confirm_import(batch=batch).status == BatchStatus.APPLIED
    with pytest.raises(Refused, match="applied already"):
        confirm_import(batch=batch)

    assert Descriptor.objects.count() == 7


@pytest.mark.parametrize(
    ("data", "name", "options", "said"),
    [
        (b"", "a.csv", {}, "The file is empty."),
        (b"bar,notes\n", "a.csv", {}, "has no row"),
        (b"bar,notes\nA,\xff\n", "a.csv", {}, "Line 2 is not utf-8"),
        (NOTES, "a.csv", {"text_column": "words"}, "no column “words”. There are: bar, notes"),
        (NOTES, "a.csv", {"member": "x@example.org"}, "no member with the e-mail"),
        (NOTES, "a.csv", {"encoding": "klingon"}, "no encoding"),
        (b'bar,notes\nA,"open\n', "a.csv", {}, "is no CSV"),
        (b"bar,bar\n1,2\n", "a.csv", {}, "there twice"),
        (b"[1", "a.json", {}, "is no JSON"),
        (b"[1]", "a.json", {}, "a list of objects"),
        (b"[" * 100_000, "a.json", {}, "nested too deeply"),
        (b"bar,notes\nA,x\0y\n", "a.csv", {}, "NUL"),
        (b'[{"notes": "a"}, {"notes": "\\u0000"}]', "a.json", {}, "Object 2 has a NUL"),
        (b'[{"\\ud800": "a"}]', "a.json", {}, "Object 1 has a NUL or half a character"),
        (b'[{"notes": ' + b"9" * 5_000 + b"}]", "a.json", {}, "a number that is too long"),
        (b"PK\x03\x04", "a.xlsx", {}, "a spreadsheet"),
    ],
)
def test_bad_files_are_refused_in_words(
    db: None, data: bytes, name: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises(FileError, match=said):
        imported(data, name, **options)

    assert not DescriptorImport.objects.exists()


def test_command_answers_in_json_or_in_a_line(db: None, tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_bytes(NOTES)
    dry, out = StringIO(), StringIO()

    call_command("import_descriptors", file, "--text-column", "notes", "--dry-run", "--json",
                 stdout=dry)  # fmt: skip
    assert not Descriptor.objects.exists()
    call_command("import_descriptors", file, "--text-column", "notes", stdout=out,
                 stderr=StringIO())  # fmt: skip

    assert json.loads(dry.getvalue())["descriptors"] == 7
    assert out.getvalue().startswith("3 rows, 7 descriptors, ")
    with pytest.raises(CommandError, match="There is no column"):
        call_command("import_descriptors", file, "--text-column", "x")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_descriptors", tmp_path / "none.csv", "--text-column", "x")


@needs_data
def test_chocolate(db: None) -> None:
    batch = imported(
        (DATA / "chocolate" / "chocolate.csv").read_bytes(),
        "chocolate.csv",
        text_column="most_memorable_characteristics",
        item_column="specific_bean_origin_or_bar_name",
    )

    assert batch.counts["descriptors"] == Descriptor.objects.count() == 7_062
    # Of 966 spellings in lower case, two differ from another one in a hyphen or a full stop alone.
    assert batch.counts["new_terms"] == Term.objects.count() == 964
