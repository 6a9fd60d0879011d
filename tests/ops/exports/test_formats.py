"""What stands in the files, read by strangers: csv, json, DuckDB and pyarrow."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from psycopg import sql

from assessments.models import Member
from ops.exports.orders import FORMATS, Format, Order
from ops.exports.reading import NEUTRAL, count, reading, rows_of
from ops.exports.writing import blocks_of
from ops.registry import Export, declared
from ops.spreadsheets import neutralise, restore

pytestmark = pytest.mark.usefixtures("house", "db")

ODD = Export(
    "odd",
    "Odd",
    "One of each type.",
    area="members",
    permission="assessments.view_member",
    source="(VALUES (1::smallint, -5, 9007199254740993, -1.5::numeric(5,2), 0.1::real, true,"
    " DATE '2026-11-21', TIMESTAMPTZ '2026-11-21 12:00:00.123456+02',"
    " '{\"a\": \"=1 \\\" \\\\ ü\"}'::jsonb, ARRAY['=x', 'a\"b', NULL],"
    " '019aa000-0000-7000-8000-000000000001'::uuid, '192.0.2.1/32'::inet, '=1', '', ARRAY[1, 2]),"
    " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))"
    " AS v (id, whole, big, exact, rough, yes, day, moment, doc, words, key, address, text, empty,"
    " numbers)",
    columns={
        name: f"v.{name}"
        for name in (
            *("id", "whole", "big", "exact", "rough", "yes", "day", "moment", "doc", "words"),
            *("key", "address", "text", "empty", "numbers"),
        )
    },
    key="v.id",
    table="members",
)


def bytes_of(export: Export, format_name: Format, **given: Any) -> bytes:
    given = {"with_personal": True} | given
    with reading() as conn:
        return b"".join(block for block, _ in blocks_of(conn, Order(export, format_name, **given)))


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def export(name: str) -> Export:
    return declared(Export)[name]


# --- CSV -----------------------------------------------------------------------------------------
def test_spreadsheet_runs_no_cell_and_every_text_comes_back(house: list[Member]) -> None:
    found = [row["display_name"] for row in csv_rows(bytes_of(export("members"), "csv"))]

    assert not [cell for cell in found if cell[0] in "=+-@\t\r\n"]
    assert {restore(cell) for cell in found} == {member.display_name for member in house}


@pytest.mark.parametrize("first", "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'!a\u00e4")
def test_the_database_and_the_forms_write_a_cell_alike(first: str) -> None:
    with connection.cursor() as cursor:
        for text in (f"{first}1", f"'{first}1"):
            cursor.execute(f"SELECT {NEUTRAL.format('t')} FROM (SELECT %s) AS x (t)", [text])
            assert cursor.fetchone() == (neutralise(text),)


def test_negative_numbers_stay_numbers() -> None:
    first, _ = csv_rows(bytes_of(ODD, "csv"))
    assert (first["whole"], first["exact"], first["text"]) == ("-5", "-1.50", "'=1")


def test_csv_tells_null_from_empty_text() -> None:
    lines = bytes_of(ODD, "csv").decode().splitlines()
    assert lines[1].endswith(',\'=1,"","[1,2]"')
    assert lines[2] == "2" + "," * 14


def test_csv_values() -> None:
    first, _ = csv_rows(bytes_of(ODD, "csv"))
    assert first["yes"] == "true"
    assert first["day"] == "2026-11-21"
    assert first["moment"] == "2026-11-21 10:00:00.123456+00"
    assert json.loads(first["doc"]) == {"a": '=1 " \\ ü'}
    assert json.loads(first["words"]) == ["=x", 'a"b', None]
    assert first["address"] == "192.0.2.1/32"


# --- JSON lines ----------------------------------------------------------------------------------
def test_json_lines_have_texts_as_they_are(house: list[Member]) -> None:
    rows = [json.loads(line) for line in bytes_of(export("members"), "jsonl").splitlines()]

    assert {row["display_name"] for row in rows} == {member.display_name for member in house}
    assert {row["email"] for row in rows} == {member.email for member in house}


def test_json_lines_values() -> None:
    first, second = (json.loads(line) for line in bytes_of(ODD, "jsonl").splitlines())
    assert first["doc"] == {"a": '=1 " \\ ü'}
    assert first["words"] == ["=x", 'a"b', None]
    assert (first["big"], first["exact"], first["yes"]) == (9007199254740993, -1.5, True)
    assert set(second.values()) == {2, None}


# --- Parquet -------------------------------------------------------------------------------------
def test_parquet_has_plain_types_alone(tmp_path: Path) -> None:
    file = tmp_path / "odd.parquet"
    file.write_bytes(bytes_of(ODD, "parquet"))

    types = {field.name: field.type for field in pq.read_schema(file)}

    assert types == {
        **dict.fromkeys(("id", "whole", "big"), pa.int64()),
        **dict.fromkeys(("exact", "rough"), pa.float64()),
        **dict.fromkeys(("doc", "key", "address", "text", "empty"), pa.string()),
        **dict.fromkeys(("words", "numbers"), pa.list_(pa.field("element", pa.string()))),
        "yes": pa.bool_(),
        "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
    }


def test_duckdb_reads_parquet(tmp_path: Path) -> None:
    file = tmp_path / "odd.parquet"
    file.write_bytes(bytes_of(ODD, "parquet"))

    with duckdb.connect() as duck:
        [row] = duck.execute(
            "SELECT whole, big, exact, yes, day, epoch_us(moment), words, text, doc->>'a'"
            f" FROM '{file}' WHERE id = 1"
        ).fetchall()

    assert row[:5] == (-5, 9007199254740993, -1.5, True, date(2026, 11, 21))
    moment = datetime(2026, 11, 21, 10, 0, 0, 123456, UTC)
    assert row[5] == round(moment.timestamp() * 1_000_000)
    assert row[6:] == (["=x", 'a"b', None], "=1", '=1 " \\ ü')


def test_three_formats_have_the_same_rows(tmp_path: Path, house: list[Member]) -> None:
    file = tmp_path / "sessions.parquet"
    file.write_bytes(bytes_of(export("assessment_sessions"), "parquet"))
    from_csv = csv_rows(bytes_of(export("assessment_sessions"), "csv"))
    lines = bytes_of(export("assessment_sessions"), "jsonl").splitlines()
    from_json = [json.loads(line) for line in lines]

    rows = pq.read_table(file).to_pylist()

    assert [row["id"] for row in rows] == [row["id"] for row in from_json]
    assert [row["id"] for row in rows] == [row["id"] for row in from_csv]
    assert len(rows) == len(house) - 1
    assert {row["technical_score"] for row in rows} == {85}


# --- All of them ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(declared(Export)))
def test_declaration_fits_the_database(name: str) -> None:
    known = export(name)
    assert known.personal <= set(known.columns)
    assert not known.member or known.member in known.columns
    wanted = {known.permission, known.personal_permission, f"ops.export_{known.area}_exportfile"}
    found = Permission.objects.values_list("content_type__app_label", "codename")
    assert wanted <= {".".join(each) for each in found}
    with reading() as conn:
        order = Order(known, "csv", since=date(2026, 1, 1) if known.made or known.at else None)
        for each in known.filters:
            assert f" {each.name}" not in str(order)
        assert count(conn, order) >= 0
        # It has rows of its own, which can be estimated.
        has_rows = "SELECT relkind IN ('r', 'p', 'm') FROM pg_class WHERE oid = to_regclass(%s)"
        assert conn.execute(has_rows, [known.table]).fetchone() == (True,)


def nodes_of(plan: dict[str, Any]) -> Iterator[str]:
    """Without those of subselects, which sort a handful of rows."""
    yield plan["Node Type"]
    for child in plan.get("Plans", []):
        if child["Parent Relationship"] not in ("SubPlan", "InitPlan"):
            yield from nodes_of(child)


@pytest.mark.parametrize("name", sorted(declared(Export)))
def test_an_index_gives_the_order(name: str) -> None:
    with reading() as conn:
        rows = rows_of(Order(export(name), "csv", with_personal=True))
        [(plan,)] = conn.execute(sql.SQL("EXPLAIN (FORMAT JSON) {}").format(rows)).fetchall()
    assert {"Sort", "Incremental Sort"} & set(nodes_of(plan[0]["Plan"])) == set()


@pytest.mark.parametrize("name", sorted(declared(Export)))
@pytest.mark.parametrize("format_name", FORMATS)
def test_personal_columns_are_in_no_file_without_them(
    name: str, format_name: Format, tmp_path: Path
) -> None:
    known = export(name)
    data = bytes_of(known, format_name, with_personal=False)
    if format_name == "csv":
        columns = data.decode("utf-8-sig").splitlines()[0].split(",")
    elif format_name == "parquet":
        columns = pq.read_schema(pa.BufferReader(data)).names
    else:
        columns = list(json.loads(data.splitlines()[0])) if data else []

    assert set(columns) & known.personal == set()
    assert b"@example.org" not in data
    if columns:
        assert columns == [each for each in known.columns if each not in known.personal]


@pytest.mark.parametrize("format_name", FORMATS)
def test_empty_export_says_its_columns(format_name: Format) -> None:
    data = bytes_of(export("answers"), format_name)
    if format_name == "csv":
        assert data.startswith(b"\xef\xbb\xbfid,answered_at,session_id,")
        assert csv_rows(data) == []
    elif format_name == "jsonl":
        assert data == b""
    else:
        table = pq.read_table(pa.BufferReader(data))
        assert (table.num_rows, table.column_names) == (0, list(export("answers").columns))


# --- Period and filters --------------------------------------------------------------------------
def test_days_are_those_of_the_zone(house: list[Member]) -> None:
    late = Export(
        "late",
        "Late",
        "",
        area="members",
        permission="assessments.view_member",
        source="(VALUES (1, TIMESTAMPTZ '2026-11-20 23:30+00'), (2, '2026-11-21 23:30+00'))"
        " AS v (id, moment)",
        columns={"id": "v.id"},
        key="v.id",
        table="members",
        at="v.moment",
    )
    day = date(2026, 11, 21)

    def ids(zone: str) -> list[str]:
        return [r["id"] for r in csv_rows(bytes_of(late, "csv", since=day, until=day, zone=zone))]

    assert ids("UTC") == ["2"]
    assert ids("Europe/Berlin") == ["1"]


def test_filter_takes_the_member_alone(house: list[Member]) -> None:
    chosen = {"member": str(house[3].pk)}
    [row] = csv_rows(bytes_of(export("profiles"), "csv", chosen=chosen))
    assert row["email"] == house[3].email
