"""Measures our patching sweeps beside transformer_lens.patching, on equal weights and prompts.

    python scripts/bench_patching.py                        a random GPT-2 small, five rounds
    python scripts/bench_patching.py --shape storybook
    python scripts/bench_patching.py --changed 1            prompts that differ from the start

The other sides are transformer_lens.patching on the bridge that ours uses too, and on
HookedTransformer. Sides take turns in every round; the table shows medians, and beside it stands
the largest difference between the values. Where prompts are equal up to some token ours has less
to do, so the place of the first difference is an argument: the indirect-object prompts of GPT-2,
with their mark for the beginning, differ at token 10 of 15. "heads by position" makes 2,160 runs a
round and is measured in one round only. Peak memory is that of a fresh process that makes one
sweep. Results are kept in `scripts/bench/results`, after every row; rows of an earlier call on the
same machine, with the same versions and as many pairs, stay unless they are measured again.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import interventions, report

LONG = "heads by position"
PACKAGES = ("torch", "transformer-lens", "transformers")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print its table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shape", choices=("gpt2-small", "storybook"), default="gpt2-small")
    parser.add_argument("--changed", type=int, default=10, help="first token that differs, 0 to 14")
    parser.add_argument("--pairs", type=int, default=4, help="pairs of prompts")
    parser.add_argument("--repeats", type=int, default=5, help="rounds")
    parser.add_argument("--sweeps", nargs="*", choices=[*interventions.SWEEPS], help="all if none")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="where to keep them")
    parser.add_argument("--memory", nargs=2, metavar=("SIDE", "SWEEP"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if not 0 <= chosen.changed < interventions.N_POS or min(chosen.pairs, chosen.repeats) < 1:
        parser.error(f"expected a token from 0 to {interventions.N_POS - 1}, pairs and rounds")
    contest = interventions.contest(chosen.shape, changed=chosen.changed, n_pairs=chosen.pairs)
    if chosen.memory:
        contest.run(*chosen.memory)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return 0
    name = f"patching-{chosen.shape}-{chosen.changed}"
    about = {each: getattr(chosen, each) for each in ("shape", "changed", "pairs")}
    for what in chosen.sweeps or interventions.SWEEPS:
        row: dict[str, Any] = {"load": [report.load(), None]}
        row |= measure(contest, what, repeats=1 if what == LONG else chosen.repeats)
        row["load"][1] = report.load()
        if what != LONG:
            row["peak MB"] = {side: _peak(chosen, side, what) for side in interventions.SIDES}
        kept = report.add_row(name, about, row, packages=PACKAGES, folder=chosen.results)
        print(report.table([row]), row["differ by"], row.get("peak MB"), flush=True)
    print(report.table(json.loads(kept.read_text())["rows"]))
    print(f"kept in {kept.name}")
    return 0


def measure(contest: interventions.Contest, what: str, *, repeats: int) -> dict[str, Any]:
    """Seconds of one sweep on all sides, and how far their values are apart."""
    seconds: dict[str, list[float | None]] = {side: [] for side in interventions.SIDES}
    values = {}
    for number in range(repeats):
        turn = interventions.SIDES[number % 3 :] + interventions.SIDES[: number % 3]
        for side in turn:
            start = perf_counter()
            values[side] = contest.run(side, what)
            seconds[side].append(perf_counter() - start)
    row = report.row(what, "s", seconds)
    others = [side for side in interventions.SIDES if side != "ours"]
    row["differ by"] = {s: (values[s] - values["ours"]).abs().max().item() for s in others}
    return row


def _peak(chosen: argparse.Namespace, side: str, what: str) -> int:
    """Largest memory of a process that does nothing else, in MB."""
    command = [sys.executable, __file__, "--memory", side, what]
    for name in ("shape", "changed", "pairs"):
        command += [f"--{name}", str(getattr(chosen, name))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) // 1024


if __name__ == "__main__":
    sys.exit(main())
