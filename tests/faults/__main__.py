"""Breaks Steward on purpose while it works, and compares what is left with what was promised.

    uv run python -m tests.faults [--seed N] [--kills 1000] [--minutes M] [--only KIND]

Servers, processes and files are its own, in a folder that goes with it. Exits 1 if anything is
lost, doubled, stuck or silent.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

from config.supervisor import stop_signals
from tests.faults.house import House

PER_ROUND = 25


def main() -> int:
    options = arguments()
    # What goes wrong on the way is expected; the processes write logs of their own.
    os.environ["LOG_LEVEL"] = "ERROR"
    with stop_signals(), tempfile.TemporaryDirectory(prefix="steward-faults-") as folder:
        house = House(Path(folder))
        try:
            house.open()
            from tests.faults.fire import Fire

            fire = Fire(house, options.seed, only=options.only)
            try:
                return fire.run(options.kills, minutes=options.minutes, per_round=options.per_round)
            finally:
                fire.end()
                if options.keep_logs:
                    keep(house.folder / "logs", options.keep_logs)
        finally:
            house.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60, help="No new round after that.")
    parser.add_argument("--only", help="What is broken through each round, by its name.")
    parser.add_argument("--per-round", type=int, default=PER_ROUND)
    parser.add_argument("--keep-logs", type=Path, help="A folder for what the processes said.")
    return parser.parse_args()


def keep(logs: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in logs.glob("*.log"):
        (target / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
