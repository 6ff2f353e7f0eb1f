"""Measures training of a whole sweep at once beside one model after the other.

    python scripts/bench_sweeps.py                     both sizes, 16 models, five rounds
    python scripts/bench_sweeps.py --sizes small --models 4

Ours advances all models in one tensor program (`monosemanticity.batched`). The other sides run the
plain loop (`monosemanticity.reference`: autograd, one model at a time, a number drawn for every
feature, as the paper's public code does): once in this process with all threads, and once in two
processes of one thread that share the models. "ours x2" is ours in two such processes. Before,
ours and the loop have to give the same losses on the same draws. Sides take turns in every round;
the unit is one step of one model. Then ours is measured with 1, 2, 4, ... models, to see how the
cost grows. With a GPU, both sides are measured there too, at the size of the paper's table. Results
are kept in `scripts/bench/results`.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from bench import report

from mechnotes.monosemanticity import batched, reference
from mechnotes.monosemanticity.config import RunConfig, SweepConfig

SIZES = {
    "small": RunConfig(n_features=128, d_embedding=16, n_neurons=256, batch_size=128),
    "example": RunConfig(n_features=256, d_embedding=32, n_neurons=512, batch_size=64),
}
"""The reduced size of the site's plans, and that of the replication's example."""
ON_GPU = RunConfig(batch_size=256)
"""The size of the paper's table, in batches of 256."""
PACKAGES = ("torch", "numpy")
ALIKE = 1e-5


@dataclass(frozen=True)
class Contest:
    """A sweep and how long it is trained."""

    run: RunConfig
    n_models: int
    steps: int
    device: str = "cpu"
    first: int = 0
    every: int = 1

    @property
    def sweep(self) -> SweepConfig:
        """Models that differ in their learning rate."""
        rates = tuple(0.001 * (1 + i) for i in range(self.n_models))[self.first :: self.every]
        return SweepConfig(base=self.run, swept=("learning_rate",), values=(rates,))

    def ours(self) -> float:
        """Seconds for all steps of all models, after a first step."""
        return self._timed(self.ready())

    def ready(self) -> Callable[[], None]:
        """All steps of all models at once, to be made after a first step."""
        programs = batched.Programs(self.sweep, device=self.device)
        programs.advance(0)

        def work() -> None:
            for step in range(self.steps):
                programs.advance(step)

        return work

    def loop(self) -> float:
        """Seconds of the loop over models."""
        runs = self.sweep.runs
        reference.train(runs[0], steps=1, dense=True, device=self.device)
        return self._timed(lambda: train_each(runs, self.steps, self.device))

    def _timed(self, work: Callable[[], Any]) -> float:
        self._wait()
        start = perf_counter()
        work()
        self._wait()
        return perf_counter() - start

    def _wait(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()


def train_each(runs: tuple[RunConfig, ...], steps: int, device: str = "cpu") -> None:
    """The loop: one model after the other."""
    for run in runs:
        reference.train(run, steps=steps, dense=True, device=device)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print its table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=5, help="rounds")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="where to keep them")
    parser.add_argument("--worker", type=int, choices=(0, 1), help=argparse.SUPPRESS)
    parser.add_argument("--work", choices=("loop", "ours"), default="loop", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if min(chosen.models, chosen.steps, chosen.repeats) < 1:
        parser.error("expected at least one model, one step and one round")
    if chosen.worker is not None:
        return _work(chosen)
    before = report.load()
    rows = [row for size in chosen.sizes for row in measure(size, chosen)]
    if torch.cuda.is_available():
        rows += on_gpu(chosen)
    print(report.table(rows))
    about = {name: getattr(chosen, name) for name in ("models", "steps", "repeats")}
    about |= {"threads": torch.get_num_threads(), "load": [before, report.load()]}
    growing = {size: growth(size, chosen) for size in chosen.sizes}
    for size, costs in growing.items():
        told = ", ".join(f"{n}: {cost:.2f}" for n, cost in costs.items())
        print(f"{size}: ms for a step of one model, by number of models: {told}")
    told_all = {**about, "rows": rows, "growth": growing}
    kept = report.store("sweeps", told_all, packages=PACKAGES, folder=chosen.results)
    print(f"kept in {kept.name}")
    return 0


def measure(size: str, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """One row: milliseconds for a step of one model, of each side in each round."""
    contest = Contest(SIZES[size], chosen.models, chosen.steps)
    apart = differ(contest)
    if apart > ALIKE:
        raise RuntimeError(f"losses of {size} are {apart:g} apart: nothing to compare")
    sides = {
        "ours": contest.ours,
        "loop": contest.loop,
        "loop x2": lambda: in_two_processes(size, chosen, "loop"),
        "ours x2": lambda: in_two_processes(size, chosen, "ours"),
    }
    row = in_turns(f"{size}, {chosen.models} models", sides, contest, chosen.repeats)
    return [{**row, "losses differ by": apart}]


def on_gpu(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """The size of the paper's table, on a GPU."""
    contest = Contest(ON_GPU, chosen.models, chosen.steps, device="cuda")
    sides = {"ours": contest.ours, "loop": contest.loop}
    what = f"table 1 on a GPU, {chosen.models} models"
    row = in_turns(what, sides, contest, chosen.repeats)
    return [{**row, "gpu": torch.cuda.get_device_name()}]


def in_turns(
    what: str, sides: dict[str, Callable[[], float]], contest: Contest, rounds: int
) -> dict[str, Any]:
    """Let the sides take turns."""
    unit = 1e3 / contest.steps / contest.n_models
    seconds: dict[str, list[float | None]] = {side: [] for side in sides}
    names = list(sides)
    for number in range(rounds):
        first = number % len(names)
        for side in names[first:] + names[:first]:
            seconds[side].append(sides[side]() * unit)
    return report.row(what, "ms", seconds)


def differ(contest: Contest, *, steps: int = 10) -> float:
    """How far the losses of ours and of the loop are apart on the same draws."""
    few = replace(contest.run, steps=1024)
    sweep = replace(contest.sweep, base=few)
    programs = batched.Programs(sweep)
    ours = [programs.advance(step, measure=True) for step in range(steps)]
    apart = 0.0
    for number in {0, contest.n_models - 1}:
        _, loop = reference.train(sweep.runs[number], steps=steps)
        pairs = zip(ours, loop.tolist(), strict=True)
        found = [abs(losses[number].item() - b) for losses, b in pairs if losses is not None]
        apart = max(apart, *found)
    return apart


def growth(size: str, chosen: argparse.Namespace) -> dict[int, float]:
    """Milliseconds for a step of one model, for 1, 2, 4, ... models at once; best of rounds."""
    numbers = [2**i for i in range(chosen.models.bit_length())]
    costs = {}
    for number in numbers:
        contest = Contest(SIZES[size], number, max(1, chosen.steps // number))
        best = min(contest.ours() for _ in range(chosen.repeats))
        costs[number] = round(best * 1e3 / contest.steps / number, 3)
    return costs


def in_two_processes(size: str, chosen: argparse.Namespace, work: str) -> float:
    """Seconds of two processes of one thread that share the models, from a common start."""
    command = [sys.executable, __file__, "--sizes", size, "--work", work]
    for name in ("models", "steps"):
        command += [f"--{name}", str(getattr(chosen, name))]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    workers = [
        subprocess.Popen(
            [*command, "--worker", str(number)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (0, 1)
    ]
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()  # it is ready
    start = perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()  # it is done
    seconds = perf_counter() - start
    for worker in workers:
        worker.communicate()
    if any(worker.returncode for worker in workers):
        raise RuntimeError("a worker failed")
    return seconds


def _work(chosen: argparse.Namespace) -> int:
    """Train every other model when told to."""
    torch.set_num_threads(1)
    size = SIZES[chosen.sizes[0]]
    contest = Contest(size, chosen.models, chosen.steps, first=chosen.worker, every=2)
    if chosen.work == "ours":
        work = contest.ready()
    else:
        reference.train(contest.run, steps=1, dense=True)
        work = partial(train_each, contest.sweep.runs, chosen.steps)
    print("ready", flush=True)
    sys.stdin.readline()
    work()
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
