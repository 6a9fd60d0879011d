"""A consumer in a process of its own that stops for ever between two steps, and says so."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import django


def main(step: str, marker: str) -> None:
    django.setup()
    from quizbank.intake.stream import Consumer

    def stall(*_: Any) -> None:
        Path(marker).touch()
        time.sleep(600)

    setattr(Consumer, step, stall)
    consumer = Consumer()
    while True:
        consumer.step(wait_ms=100)


if __name__ == "__main__":
    main(*sys.argv[1:])
