"""How does a long computation survive a kill, and show how far it is?

A function that takes minutes accepts `run: Run | None = None` and tells it three things: what it
needs to continue (`save`), which step it is at (`steps`), and its first numbers (`trace`). Without
files and without a bar, as in a test or on a page, a `Run()` does nothing:

    run = run or Run()
    saved = run.restored()
    if saved is not None: ...                       # copy weights, optimiser and generator state
    for step in run.steps(config.n_steps):          # begins where the restored state stopped
        ...
        run.trace(loss)
        run.save(step + 1, lambda: {"W": W, "generator": generator.get_state()})

Everything that the remaining steps depend on must be saved, or the resumed result differs.
"""

import json
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mechnotes import validate
from mechnotes._artifacts import files, freshness

TRACED_STEPS = 8
"""How many values `trace` keeps: enough to tell two computations apart, cheap to repeat."""

TRACED_ENTRIES = 16
"""How many entries of each traced tensor are kept."""


class ReplayFinished(Exception):
    """Raised by `trace` in a replay once all stored values have been repeated."""


class Run:
    """One execution of a long function: its checkpoint, its progress bar, its first numbers."""

    def __init__(
        self,
        *,
        checkpoint: Path | None = None,
        key: str = "",
        save_seconds: float | int = 30.0,
        progress: bool = False,
        label: str = "",
        inputs: Mapping[str, str] | None = None,
        replay: int = 0,
    ) -> None:
        """Describe the execution; every default means "do nothing".

        Args:
            checkpoint: File that `save` writes and `restored` reads.
            key: Identifies the code and the config; a checkpoint with another key is ignored.
            save_seconds: Shortest time between two checkpoints, in seconds.
            progress: Whether `steps` shows a bar with the time left.
            label: Text before the bar.
            inputs: Checksums of the files read so far; kept up to date by the caller.
            replay: Stop the function after this many traced values; 0 runs it to its end.

        Raises:
            ValueError: If `save_seconds` is negative or `replay` is not a count.
        """
        self.checkpoint = checkpoint
        self.key = key
        self.save_seconds = validate.number(save_seconds, "save_seconds", low=0.0)
        self.progress = progress
        self.label = label
        self.inputs = {} if inputs is None else inputs
        self.replay = validate.integer(replay, "replay")
        self.step = 0
        """Steps that were done when the restored state was saved."""
        self.seconds_before = 0.0
        """Time that earlier, interrupted parts of this run took, in seconds."""
        self.traced: list[list[float]] = []
        """The values given to `trace` so far, at most TRACED_STEPS."""
        self._started = time.monotonic()
        self._last_save = self._started

    def restored(self) -> dict[str, Tensor] | None:
        """The state that an interrupted run of the same code and config saved last.

        Returns:
            The saved tensors on the CPU, with the number of finished steps under "step"; None if
            there is nothing to continue from.
        """
        if self.checkpoint is None or not self.checkpoint.is_file():
            return None
        try:
            with safe_open(self.checkpoint, framework="pt") as file:
                notes = json.loads((file.metadata() or {}).get("mechnotes", "{}"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, ValueError) as error:
            warnings.warn(f"starting again: {self.checkpoint} is damaged ({error})", stacklevel=2)
            return None
        if notes.get("key") != self.key or freshness.changed_inputs(notes["inputs"]):
            return None
        self.step = notes["step"]
        self.seconds_before = notes["seconds"]
        self.traced = notes["traced"]
        return {"step": torch.tensor(self.step), **tensors}

    def save(
        self, step: int, tensors: Mapping[str, Tensor] | Callable[[], Mapping[str, Tensor]]
    ) -> None:
        """Save the state after `step` finished steps, unless the last save was a moment ago.

        A disk that is full does not end the run: the earlier checkpoint stays and a warning is
        given.

        Args:
            step: Number of finished steps.
            tensors: Everything the remaining steps depend on, or a function that collects it and
                is only called when it is time to save.

        Raises:
            ValueError: If `step` is not a count or a value is not a tensor.
        """
        step = validate.integer(step, "step")
        if not callable(tensors):
            _tensors(tensors)
        now = time.monotonic()
        if self.checkpoint is None or now - self._last_save < self.save_seconds:
            return
        state = _tensors(tensors() if callable(tensors) else tensors)
        notes = {
            "key": self.key,
            "step": step,
            "seconds": self.seconds,
            "traced": self.traced,
            "inputs": dict(self.inputs),
        }
        # Views and tied weights share memory, which safetensors refuses: copy.
        copies = {name: t.detach().cpu().clone().contiguous() for name, t in state.items()}
        content = safetensors.torch.save(copies, metadata={"mechnotes": json.dumps(notes)})
        try:
            files.write_atomically(self.checkpoint, content)
        except OSError as error:
            warnings.warn(f"no checkpoint at step {step}: {error}", RuntimeWarning, stacklevel=2)
        self._last_save = time.monotonic()

    def steps(self, total: int, start: int | None = None) -> Iterator[int]:
        """Count through the steps that are left, with a bar if progress is on.

        Args:
            total: Number of steps of the whole run.
            start: First step; by default the one after the restored state.

        Returns:
            An iterator over `start, ..., total - 1`.

        Raises:
            ValueError: If `total` is not a count or `start` lies beyond it.
        """
        total = validate.integer(total, "total")
        first = self.step if start is None else start
        first = validate.integer(first, "start", maximum=total)
        return self._counted(first, total) if self.progress else iter(range(first, total))

    def trace(self, value: float | int | Tensor) -> None:
        """Record one of the run's first numbers, so that `prerun.py renew` can compare them.

        Call it once a step with something that depends on the whole step, such as the loss.
        Only the first TRACED_STEPS calls count, and the first TRACED_ENTRIES entries of a tensor.

        Raises:
            ValueError: If the value is neither a number nor a tensor.
        """
        if isinstance(value, Tensor):
            numbers = value.detach().flatten()[:TRACED_ENTRIES].double().tolist()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            numbers = [float(value)]
        else:
            validate.refuse(
                "value",
                got=type(value).__name__,
                expected="a number or a tensor",
                fix="Trace the loss of the step.",
            )
        if not all(map(math.isfinite, numbers)):
            validate.refuse(
                "value",
                got=f"{numbers[:3]} at traced value {len(self.traced)}",
                expected="finite numbers",
                fix="The run has diverged: mend it before it computes for long.",
            )
        if len(self.traced) < TRACED_STEPS:
            self.traced.append(numbers)
        if 0 < self.replay <= len(self.traced):
            raise ReplayFinished

    @property
    def seconds(self) -> float:
        """Time spent so far, earlier parts included, in seconds."""
        return self.seconds_before + time.monotonic() - self._started

    def _counted(self, first: int, total: int) -> Iterator[int]:
        from tqdm.auto import tqdm

        # disable=None shows the bar on a terminal only.
        yield from tqdm(
            range(first, total), desc=self.label, initial=first, total=total, disable=None
        )


def _tensors(tensors: object) -> Mapping[str, Tensor]:
    """Check what a run is asked to save."""
    if not isinstance(tensors, Mapping) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in tensors.items()
    ):
        validate.refuse(
            "tensors",
            got=type(tensors).__name__,
            expected="a dict of tensors by name, or a function that returns one",
            fix="Wrap numbers: torch.tensor(value).",
        )
    return tensors
