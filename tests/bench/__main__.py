"""`python -m tests.bench load --scale small|medium|full`, then `python -m tests.bench run`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import house


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    loading = steps.add_parser("load", help="fill a database of the bench's own; can go on")
    loading.add_argument("--scale", choices=("small", "medium", "full"), default="small")
    running = steps.add_parser("run", help="measure")
    running.add_argument("--only", default="", help="names that hold this")
    running.add_argument("--json", type=Path, help="where to write the figures")
    running.add_argument("--compare", type=Path, help="figures of an earlier run")
    given = parser.parse_args()
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
    from tests.bench import loading, walk

    scale = loading.loaded_scale()
    if scale is None:
        sys.stderr.write("Nothing is loaded: python -m tests.bench load --scale small\n")
        return 1
    before = {}
    if given.compare:
        before = {page["name"]: page for page in json.loads(given.compare.read_text())["pages"]}
    print(f"Screens, {scale} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)")
    found = []
    for page in walk.walk(given.only):
        found.append(page)
        print(line_of(page, before.get(page.name, {})), flush=True)
    if given.json:
        given.json.write_text(json.dumps({"scale": scale, "pages": [asdict(p) for p in found]}))
    return 0


def line_of(page: Any, before: dict[str, Any]) -> str:
    took = f"{page.spread.median:7.0f} {page.spread.p95:7.0f} ms" if page.spread else page.status
    was = f"  was {before['spread']['median']:.0f} ms" if before.get("spread") else ""
    mark = " !" if page.falls_short else ""
    asked = f"{page.queries:3} queries {page.sql:6.0f} ms"
    return f"    {page.name:<52} {took:>18} {asked}{was}{mark}"


if __name__ == "__main__":
    sys.exit(main())
