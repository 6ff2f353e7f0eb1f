"""Measures our page pipeline beside stock mkdocs-jupyter on the same generated site.

    python scripts/bench_site.py                  20 notes, 6 executable pages, 3 rounds
    python scripts/bench_site.py --notes 60       as many notes as you like

Each round builds both sides cold and warm, serves both and makes four edits; sides take turns, so
that a busy moment of the machine meets both. The table shows medians. `stale` means that the page
went on showing the old number after the site had been rebuilt. Results are kept in
`scripts/bench/results` with date and machine. Needs what `make test` installs.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench import generate, report, sides
from bench.generate import SIDES

PACKAGES = ("mkdocs", "mkdocs-jupyter", "mkdocs-material")
Measured = dict[str, dict[str, list[float | None]]]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print its table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, default=20, help="Markdown notes")
    parser.add_argument("--pages", type=int, default=6, help="executable pages, at most the notes")
    parser.add_argument("--repeats", type=int, default=3, help="rounds")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="where to keep them")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.pages <= chosen.notes or chosen.repeats < 1:
        parser.error("expected 1 page or more, at least as many notes, and 1 round or more")
    before = report.load()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        roots = generate.make(Path(folder), notes=chosen.notes, pages=chosen.pages)
        measured, numbers = measure(roots, repeats=chosen.repeats)
    rows = [report.row(what, _unit(what), values) for what, values in measured.items()]
    print(report.table(rows))
    size = {name: getattr(chosen, name) for name in ("notes", "pages", "repeats")}
    told = {**size, "load": [before, report.load()], "numbers": numbers, "rows": rows}
    kept = report.store(f"site-{chosen.notes}", told, packages=PACKAGES, folder=chosen.results)
    print(f"kept in {kept.name}")
    return 0


def measure(roots: dict[str, Path], *, repeats: int) -> tuple[Measured, list[str]]:
    """All measurements by name and side, and the numbers that both sides printed.

    Raises:
        RuntimeError: If the two sides' pages do not print the same numbers.
    """
    measured: Measured = defaultdict(lambda: {side: [] for side in SIDES})
    for number in range(1, repeats + 1):
        for side in _turn(number):
            for what, cold in (("cold build", True), ("warm build", False)):
                measured[what][side].append(sides.build(roots[side], cold=cold))
        for side in _turn(number):
            _edit(
                roots[side],
                number,
                lambda what, value, side=side: measured[what][side].append(value),
            )
        print(f"round {number} of {repeats} done, load {report.load()}", file=sys.stderr)
    for side in SIDES:
        for what, value in sides.weights(roots[side]).items():
            measured[what][side].append(value)
    printed = {side: sides.printed(roots[side]) for side in SIDES}
    if printed["ours"] != printed["stock"]:
        raise RuntimeError(f"the sides print different numbers: {printed}")
    return measured, printed["ours"]


def _edit(root: Path, number: int, tell: Any) -> None:
    with sides.serving(root) as server:
        for edit in sides.edits(number):
            tell(edit.name, server.seconds(edit))


def _turn(number: int) -> tuple[str, ...]:
    """The sides in an order that changes from round to round."""
    return SIDES if number % 2 else SIDES[::-1]


def _unit(what: str) -> str:
    return "KB" if what.startswith("page") else "s"


if __name__ == "__main__":
    sys.exit(main())
