"""Exports read on the replica once it has everything, else on the primary."""

from __future__ import annotations

import io

import pyarrow.parquet as pq
import pytest

from ops.exports.orders import Order
from ops.exports.reading import reading
from ops.exports.writing import blocks_of
from ops.registry import Export, declared
from tests.assessments.people import make_member
from tests.replicas.standby import Standby

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "replica"]),
    pytest.mark.usefixtures("patient"),
]


def recovers(**given: bool) -> bool:
    with reading(**given) as conn:
        row = conn.execute("SELECT pg_is_in_recovery()").fetchone()
    assert row
    return bool(row[0])


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_file_is_read_on_the_replica(standby: Standby, kind: str) -> None:
    for name in ("Ada", "Bo"):
        make_member(name)
    standby.catch_up()
    order = Order(declared(Export)["members"], kind, with_personal=True)

    with reading() as conn:
        data = b"".join(block for block, _ in blocks_of(conn, order))
        row = conn.execute("SELECT pg_is_in_recovery()").fetchone()

    assert row == (True,)
    if kind == "parquet":
        names = pq.read_table(io.BytesIO(data)).column("display_name").to_pylist()
        assert sorted(names) == ["Ada", "Bo"]
    else:
        assert b"Ada" in data


def test_second_try_stays_with_the_primary(standby: Standby) -> None:
    standby.catch_up()

    assert recovers()
    assert not recovers(replica=False)
