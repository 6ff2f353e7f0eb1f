"""Measures our permutation tests beside scipy's and beside a plain loop, on the same values.

    python scripts/bench_statistics.py                 24,576 latents, 40 texts, 10,000 relabelings
    python scripts/bench_statistics.py --latents 512

Ours gives p of every latent and p adjusted by the maximum over all of them. The other sides are
`scipy.stats.permutation_test`, one latent after the other, which gives p alone; and a loop over
relabelings in numpy, each of them with all latents at once, which gives both. Neither is run to the
end: scipy does some of the latents and the loop some of the relabelings, and their seconds are
multiplied by what is left out; the table says by how much. Sides take turns in every round. Before,
all three have to give the same p with seven texts against seven, where every relabeling is listed.
Peak memory is that of a fresh process. Results are kept in `scripts/bench/results`.
"""

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from bench import report
from scipy import stats

from mechnotes.sae.statistics import maximum, permutation, simulated

SIDES = ("ours", "scipy", "loop")
PACKAGES = ("torch", "numpy", "scipy")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print its table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=40, help="half of them with the property")
    parser.add_argument("--latents", type=int, default=24_576)
    parser.add_argument("--relabelings", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5, help="rounds")
    parser.add_argument("--part", type=int, default=100, help="one in so many, for other sides")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="where to keep them")
    parser.add_argument("--seconds-only", action="store_true", help="do not measure memory")
    parser.add_argument("--memory", choices=SIDES, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.texts < 4 or min(chosen.latents, chosen.relabelings) < chosen.part:
        parser.error("expected 4 texts or more, and as many latents and relabelings as the part")
    runs = sides(chosen)
    if chosen.memory:
        runs[chosen.memory]()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return 0
    before, apart = report.load(), differ()
    row = report.row("test all latents", "s", measure(runs, chosen))
    if not chosen.seconds_only:
        row["peak MB"] = {side: _peak(chosen, side) for side in SIDES}
    print(report.table([row]), row.get("peak MB", ""))
    about = {name: getattr(chosen, name) for name in ("texts", "latents", "relabelings", "part")}
    about |= {"threads": torch.get_num_threads(), "differ by": apart}
    told = {**about, "load": [before, report.load()], "rows": [row]}
    name = f"statistics-{chosen.latents}"
    kept = report.store(name, told, packages=PACKAGES, folder=chosen.results)
    print(f"kept in {kept.name}; scipy and loop did one part in {chosen.part}")
    return 0


def sides(chosen: argparse.Namespace) -> dict[str, Callable[[], Any]]:
    """What each side does once; the others only a part of it."""
    values = simulated.bystanders(chosen.texts, chosen.latents, share=0.2)
    group = torch.arange(chosen.texts) < chosen.texts // 2
    n, part = chosen.relabelings, chosen.part
    few = values[:, : chosen.latents // part].numpy()
    rows = permutation.relabelings(group, at_most=n).rows[: n // part].numpy()
    return {
        "ours": lambda: maximum.compare(values, group, at_most=n),
        "scipy": lambda: of_scipy(few, group.numpy(), n_resamples=n - 1),
        "loop": lambda: of_loop(values.numpy(), group.numpy(), rows),
    }


def measure(
    runs: dict[str, Callable[[], Any]], chosen: argparse.Namespace
) -> dict[str, list[float | None]]:
    """Seconds of every round, those of the other sides times what they left out."""
    seconds: dict[str, list[float | None]] = {side: [] for side in SIDES}
    for number in range(chosen.repeats):
        for side in SIDES[number % 3 :] + SIDES[: number % 3]:
            start = perf_counter()
            runs[side]()
            taken = perf_counter() - start
            seconds[side].append(taken if side == "ours" else taken * chosen.part)
    return seconds


def of_scipy(values: np.ndarray, group: np.ndarray, *, n_resamples: int) -> np.ndarray:
    """p of every latent, one after the other."""
    found = [
        stats.permutation_test(
            (column[group], column[~group]),
            _difference,
            vectorized=True,
            n_resamples=n_resamples,
            alternative="greater",
            rng=np.random.default_rng(0),
        ).pvalue
        for column in values.T
    ]
    return np.array(found)


def of_loop(
    values: np.ndarray, group: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """p of every latent, and p by the maximum of Student's t, one relabeling after the other."""
    true, true_t = _difference_and_t(values, group)
    reached, by_maximum = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for row in rows:
        difference, t = _difference_and_t(values, row)
        reached += difference >= true - 1e-6
        by_maximum += t.max() >= true_t - 1e-6
    return reached / len(rows), by_maximum / len(rows)


def differ() -> dict[str, float]:
    """How far the sides' p-values are apart where every relabeling is listed."""
    values = simulated.bystanders(14, 40, share=0.5)
    group = torch.arange(14) < 7
    rows = permutation.relabelings(group).rows.numpy()
    ours = maximum.compare(values, group)
    by_scipy = of_scipy(values[:, :8].numpy(), group.numpy(), n_resamples=3432)
    by_loop = of_loop(values.double().numpy(), group.numpy(), rows)
    return {
        "scipy": float(np.abs(by_scipy - ours.p[:8].numpy()).max()),
        "loop": float(np.abs(by_loop[0] - ours.p.numpy()).max()),
        "loop, adjusted": float(np.abs(by_loop[1] - ours.adjusted.numpy()).max()),
    }


def _difference(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    return x.mean(axis=axis) - y.mean(axis=axis)


def _difference_and_t(values: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside, outside = values[row], values[~row]
    difference = inside.mean(0) - outside.mean(0)
    squares = inside.var(0) * len(inside) + outside.var(0) * len(outside)
    error = np.sqrt(squares / (len(row) - 2) * (1 / len(inside) + 1 / len(outside)))
    return difference, np.divide(difference, error, out=np.zeros_like(error), where=error > 0)


def _peak(chosen: argparse.Namespace, side: str) -> int:
    """Largest memory of a process that does nothing else, in MB."""
    command = [sys.executable, __file__, "--memory", side]
    for name in ("texts", "latents", "relabelings", "part"):
        command += [f"--{name}", str(getattr(chosen, name))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) // 1024


if __name__ == "__main__":
    sys.exit(main())
