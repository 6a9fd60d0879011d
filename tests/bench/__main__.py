"""`python -m tests.bench load --scale small|medium|full`, then `python -m tests.bench run`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.bench import growth, house, running, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    loading = steps.add_parser("load", help="fill a database of the bench's own; can go on")
    loading.add_argument("--scale", choices=("small", "medium", "full"), default="small")
    asked = steps.add_parser("run", help="measure, and tell the goals beside the figures")
    asked.add_argument("--only", default="", help="names that hold this")
    asked.add_argument("--json", type=Path, help="where to write the figures")
    asked.add_argument("--compare", type=Path, help="figures of an earlier run")
    steps.add_parser("growth", help="figures of the scales that were measured, and exponents")
    given = parser.parse_args()
    if given.step == "growth":
        return tell_growth()
    house.open_house()
    try:
        return load(given.scale) if given.step == "load" else run(given)
    finally:
        house.close_house()


def load(scale: str) -> int:
    from tests.bench import loading

    loading.load(scale)
    return 0


def run(given: argparse.Namespace) -> int:
    from tests.bench import loading
    from tests.bench.goals import all_goals
    from tests.bench.peers.seed_descriptors import newest_of_seed

    scale = loading.loaded_scale()
    if scale is None:
        sys.stderr.write("Not all is loaded: python -m tests.bench load --scale small\n")
        return 1
    folder = house.FOLDER
    before = running.read(given.compare) if given.compare else {}
    print(table.heading(scale, bool(before), newest_of_seed()), flush=True)
    found = []
    for each in running.measured(all_goals(), given.only):
        found.append(each)
        running.keep(folder, scale, running.figures_of([each]))
        exponent = growth.exponents(kept(folder)).get(each.goal.name)
        print(table.row(each, exponent, before.get(each.goal.name)), flush=True)
    print(table.summary(found))
    if given.json:
        running.write(given.json, scale, running.figures_of(found))
    return 0


def kept(folder: Path) -> dict[str, running.Figures]:
    return {scale: running.read(running.kept(folder, scale)) for scale in growth.SIZES}


def tell_growth() -> int:
    by_scale = kept(house.FOLDER)
    if not any(by_scale.values()):
        sys.stderr.write("Nothing is measured: python -m tests.bench run\n")
        return 1
    print(table.growth(by_scale, growth.exponents(by_scale)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
