"""Puts measurements side by side, says on which machine they were made, and keeps them as JSON."""

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).with_name("results")
Values = Mapping[str, Sequence[float | None]]
"""What was measured, by side; None where a page never showed an edit."""


def row(what: str, unit: str, values: Values) -> dict[str, Any]:
    """Medians of all sides, each other side's ratio to ours, and every single value."""
    medians = {side: _median(measured) for side, measured in values.items()}
    others = {side: value for side, value in medians.items() if side != "ours"}
    told: dict[str, Any] = {"what": what, "unit": unit, **medians}
    told["ratio"] = {side: _ratio(value, medians["ours"]) for side, value in others.items()}
    stale = {side: sum(value is None for value in seen) for side, seen in values.items()}
    told["stale"] = {side: count for side, count in stale.items() if count}
    told["all"] = {side: [_short(value) for value in seen] for side, seen in values.items()}
    return told


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Lines for the terminal."""
    others = list(rows[0]["ratio"])
    names = ["ours", *others, *(f"{side}/ours" for side in others)]
    lines = ["".join([f"{'':36}", *(f"{name:>14}" for name in names)])]
    lines.append("-" * len(lines[0]))
    for told in rows:
        cells = [_cell(told, side) for side in ("ours", *others)]
        cells += ["" if r is None else f"{r:.2f}" for r in told["ratio"].values()]
        lines.append("".join([f"{told['what']:36}", *(f"{cell:>14}" for cell in cells)]))
    return "\n".join(lines)


def machine(packages: Sequence[str]) -> dict[str, Any]:
    """Words about this machine that do not say whose it is, and versions of some packages."""
    return {
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }


def load() -> float | None:
    """Mean number of processes that wanted a core in the last minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def store(
    name: str, told: Mapping[str, Any], *, packages: Sequence[str], folder: Path = RESULTS
) -> Path:
    """Write a benchmark's result; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    dated = {"date": datetime.now(UTC).date().isoformat(), "machine": machine(packages), **told}
    path.write_text(json.dumps(dated, indent=1) + "\n", encoding="utf-8")
    return path


def add_row(
    name: str,
    about: Mapping[str, Any],
    row: Mapping[str, Any],
    *,
    packages: Sequence[str],
    folder: Path = RESULTS,
) -> Path:
    """Put one row beside those of earlier calls that were made alike; the file."""
    path = folder / f"{name}.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    alike = {"machine": machine(packages), **about}
    earlier = told["rows"] if all(told.get(key) == fact for key, fact in alike.items()) else []
    others = [each for each in earlier if each["what"] != row["what"]]
    return store(name, {**about, "rows": [*others, row]}, packages=packages, folder=folder)


def _median(values: Sequence[float | None]) -> float | None:
    seen = [value for value in values if value is not None]
    return _short(median(seen)) if len(seen) == len(values) else None


def _ratio(value: float | None, ours: float | None) -> float | None:
    return round(value / ours, 2) if value and ours else None


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _cell(told: Mapping[str, Any], side: str) -> str:
    if side in told["stale"]:
        return "stale"
    return f"{told[side]:.2f} {told['unit']}"


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", names.read_text()) if names.exists() else None
    return found[1] if found else platform.processor() or platform.machine()
