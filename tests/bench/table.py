"""One table: each goal with its figures, what stands beside it, and a mark where it falls short."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.growth import SIZES
from tests.bench.running import Figures, Measured

NAME = 44
COLUMNS = (
    ("", 1), ("goal of issue", NAME), ("", 1), ("goal", 10), ("median", 9), ("p95", 9),
    ("queries", 7), ("rows", 9), ("buffers", 8), ("growth", 6), ("peer", 34), ("limit", 30),
)  # fmt: skip
RIGHT = {"goal", "median", "p95", "queries", "rows", "buffers", "growth"}


def heading(scale: str, compared: bool, rows_of_seed: int) -> str:
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    whose = "" if scale == "full" else ", goals are of the full one"
    names = line(*(name for name, _ in COLUMNS)) + ("  before" if compared else "")
    return (
        f"Bench at scale {scale}{whose} ({busy}). Peers: how many times as long as ours;"
        f" seed 003 has the newest {rows_of_seed:,} descriptors. Limits: how many times as long"
        f" ours takes.\n{names}"
    )


def line(*cells: str) -> str:
    shown = [
        cell.rjust(width) if name in RIGHT else cell.ljust(width)
        for cell, (name, width) in zip(cells, COLUMNS, strict=True)
    ]
    return "  ".join(shown)


def row(found: Measured, exponent: float | None, before: dict[str, Any] | None) -> str:
    goal, own = found.goal, found.own
    head = ("!" if found.falls_short else "", goal.name[:NAME], str(goal.issue), wanted(goal))
    if own is None:
        return f"{'  '.join((head[0].ljust(1), head[1].ljust(NAME), *head[2:]))}  {found.error}"
    cells = line(
        *head,
        number(own.median, goal.unit),
        number(own.p95, goal.unit),
        *(counted(each) for each in (own.queries, own.rows, own.buffers)),
        "" if exponent is None else f"{exponent:.2f}",
        against(found.peer, goal.peer, goal, behind(found.peer, own, goal)),
        against(found.limit, goal.limit, goal, times(found.limit, own, goal)),
    )
    return f"{cells}  {was(before, own, goal)}".rstrip()


def wanted(goal: Goal) -> str:
    if goal.number is None:
        return ""
    return f"{'≥' if goal.at_least else '≤'} {number(goal.number, goal.unit)} {goal.unit}"


def number(found: float, unit: str = "") -> str:
    exact = unit not in ("rows", "/s") and found != int(found)
    return f"{found:,.{2 if found < 10 else 1}f}" if exact and found < 1000 else f"{found:,.0f}"


def counted(found: float | None) -> str:
    return "" if found is None else f"{found:,.0f}"


def against(found: Figure | None, way: Beside | None, goal: Goal, ratio: float) -> str:
    if found is None or way is None:
        return ""
    more = ">" if found.calls == 0 else ""
    return f"{way.title} {more}{number(found.median, goal.unit)} ({more}{number(ratio)} x)"


def behind(found: Figure | None, own: Figure, goal: Goal) -> float:
    """How many times as good ours is, be it a time or a rate."""
    if found is None or not own.median or not found.median:
        return 0
    return own.median / found.median if goal.at_least else found.median / own.median


def times(found: Figure | None, own: Figure, goal: Goal) -> float:
    """How many times the least ours takes."""
    ratio = behind(found, own, goal)
    return 1 / ratio if ratio else 0


def was(before: dict[str, Any] | None, own: Figure, goal: Goal) -> str:
    if not before or not before.get("own"):
        return ""
    earlier = before["own"]["median"]
    change = f" ({own.median / earlier:.2f} x)" if earlier else ""
    return f"{number(earlier, goal.unit)}{change}"


def summary(found: Sequence[Measured]) -> str:
    goals = [each for each in found if each.goal.number is not None]
    short = [f"{each.goal.name}: {reason(each)}" for each in goals if each.falls_short]
    took = sum(each.took for each in found) / 60
    told = f"{len(goals) - len(short)} of {len(goals)} goals are met, in {took:.0f} minutes"
    return "\n  ! ".join([f"{told}; short of theirs:", *short]) if short else f"{told}."


def reason(found: Measured) -> str:
    goal, own = found.goal, found.own
    if own is None:
        return found.error
    told = f"{number(own.p95, goal.unit)} {goal.unit}"
    if goal.queries is not None and (own.queries or 0) > goal.queries:
        told += f", {counted(own.queries)} queries"
    return told


# --- Growth --------------------------------------------------------------------------------------
def growth(by_scale: dict[str, Figures], exponents: dict[str, float]) -> str:
    """Medians at each scale, and the exponent."""
    scales = [scale for scale in SIZES if by_scale.get(scale)]
    lines = [f"{'':<{NAME}}  {'unit':>5}" + "".join(f"{each:>12}" for each in (*scales, "growth"))]
    for name, figure in by_scale[scales[-1]].items():
        medians = [by_scale[scale].get(name, {}).get("own") for scale in scales]
        cells = [number(own["median"], figure["unit"]) if own else "" for own in medians]
        exponent = f"{exponents[name]:.2f}" if name in exponents else ""
        shown = "".join(f"{cell:>12}" for cell in (*cells, exponent))
        lines.append(f"{name[:NAME]:<{NAME}}  {figure['unit']:>5}{shown}")
    return "\n".join(lines)
