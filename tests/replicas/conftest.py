"""One streaming replica for the tests of this folder, known to Django as in production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from ops.replicas.standing import REPLICA, known
from tests.replicas.standby import Standby


@pytest.fixture(scope="package")
def standby(django_db_setup: None, worker_id: str) -> Iterator[Standby]:
    standby = Standby(worker_id)
    standby.make()
    yield standby
    standby.remove()


@pytest.fixture(scope="package", autouse=True)
def replica_alias(standby: Standby) -> Iterator[None]:
    primary = connections["default"].settings_dict
    place = {"HOST": str(standby.server.sockets), "TEST": primary["TEST"] | {"MIRROR": "default"}}
    connections.settings[REPLICA] = primary | place
    yield
    connections[REPLICA].close()
    del connections.settings[REPLICA]


@pytest.fixture(autouse=True)
def sound_replica(standby: Standby) -> Iterator[None]:
    """Each test finds it running, replaying, and asked by nobody."""
    known.forget()
    yield
    connections[REPLICA].close()
    standby.start()
    standby.resume()


@pytest.fixture
def patient(settings: Any) -> None:
    """A machine that has much else to do is no reason to leave the replica."""
    settings.DATABASE_REPLICA_MAX_LAG = 600.0
