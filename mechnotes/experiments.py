"""Which results are computed once and kept, and how does a page read them?

A function that takes more than a page can wait for is declared where it is defined:

    @experiment(cases={"default": PentagonConfig()}, minutes=2)
    def pentagon(config: PentagonConfig, *, device: str = "cpu", run: Run | None = None)
        -> PentagonResult: ...

It stays an ordinary function for tests and readers. `scripts/prerun.py run` computes its cases and
stores them; a page writes `experiments.load(train, "pentagon")` and gets the typed result with
its provenance. `load` never computes: an artifact that is missing, stale or damaged is an error
that says which command cures it. MECHNOTES_STALE=allow turns stale into a warning while writing.
"""

import dataclasses
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, ParamSpec, Protocol, TypeVar, cast, runtime_checkable

from mechnotes import validate
from mechnotes._artifacts import catalog, declared, files, freshness, results
from mechnotes.provenance import Provenance as Provenance

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
ResultOut = TypeVar("ResultOut", covariant=True)


@runtime_checkable
class Experiment(Protocol[Parameters, ResultOut]):
    """A function declared with `@experiment`."""

    experiment_name: str
    """Module path below the package and function, for example superposition.training.train."""
    cases: Mapping[str, Any]
    """Config of each case."""
    minutes: float
    """Expected time of one case, in minutes."""
    device: str
    """Device it was written for: "cpu" or "cuda"."""
    scales: Mapping[str, str]
    """For each case "paper", the published size, or "reduced"."""

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> ResultOut:
        """Compute the result."""


class _ArtifactError(RuntimeError):
    """An artifact that cannot be used, and the command that cures it."""

    state = ""
    otherwise = ""

    def __init__(self, experiment_name: str, case: str, reason: str) -> None:
        super().__init__(experiment_name, case, reason)
        self.experiment_name = experiment_name
        self.case = case
        self.reason = reason
        self.command = f"python scripts/prerun.py run {experiment_name} {case}"

    def __str__(self) -> str:
        otherwise = self.otherwise.format(self.command.replace(" run ", " renew "))
        return (
            f"the result of {self.experiment_name}, case {self.case!r}, is {self.state}: "
            f"{self.reason}. Run: {self.command}{otherwise}"
        )


class ArtifactMissing(_ArtifactError):
    """The result was never computed on this machine and is not in the package."""

    state = "missing"


class ArtifactStale(_ArtifactError):
    """The code, the config or an input is no longer what the result was computed from."""

    state = "stale"
    otherwise = " (if you only rearranged code: {})"


class ArtifactCorrupt(_ArtifactError):
    """A file of the result is truncated, edited or absent."""

    state = "corrupt"


def experiment(
    *,
    cases: Mapping[str, Any],
    minutes: float | int,
    device: str = "cpu",
    scale: str | Mapping[str, str] = "paper",
) -> Callable[[Callable[Parameters, Result]], Experiment[Parameters, Result]]:
    """Declare a function whose results are computed once and stored.

    The function takes the config first; `device` and `run` are passed by keyword if it accepts
    them. It returns a frozen dataclass of tensors and plain values, whose last field is
    `provenance: Provenance | None = field(default=None, compare=False, repr=False)`.

    Args:
        cases: Config of each case to store, by a short name.
        minutes: Expected time of one case on a laptop, in minutes.
        device: "cpu", or "cuda" for what nobody should wait for on a CPU.
        scale: "paper" for the published size or "reduced"; or one of them for each case.

    Returns:
        A decorator that adds attributes to the function and hands the same function back.

    Raises:
        ValueError: If a case is not a named frozen dataclass, or an option is unknown.
    """
    declared.check_cases(cases)
    minutes = validate.number(minutes, "minutes", low=0.0, low_open=True)
    validate.choice(device, "device", ("cpu", "cuda"))
    scales = declared.scale_of_each(scale, cases)

    def declare(function: Callable[Parameters, Result]) -> Experiment[Parameters, Result]:
        labelled = cast(Any, function)
        labelled.experiment_name = declared.name_of(function)
        labelled.cases = MappingProxyType(dict(cases))
        labelled.minutes = minutes
        labelled.device = device
        labelled.scales = MappingProxyType(scales)
        return cast(Experiment[Parameters, Result], labelled)

    return declare


def load(experiment: Experiment[..., Result], case: str) -> Result:
    """Read the stored result of one case; never compute it.

    Args:
        experiment: A function declared with `@experiment`.
        case: Name of one of its cases.

    Returns:
        The typed result, with its `provenance`.

    Raises:
        ValueError: If the function is not an experiment or has no such case.
        ArtifactMissing: If the case was never computed.
        ArtifactStale: If code, config or inputs have changed since.
        ArtifactCorrupt: If a file was truncated or edited.
    """
    declared.known_case(experiment, case)
    state = freshness.inspect(experiment, case)
    complain = {"missing": ArtifactMissing, "stale": ArtifactStale, "corrupt": ArtifactCorrupt}
    if state.status != "fresh":
        error = complain[state.status](experiment.experiment_name, case, state.reason)
        if state.status != "stale" or os.environ.get("MECHNOTES_STALE") != "allow":
            raise error
        warnings.warn(str(error), stacklevel=2)
    where = files.place(experiment.experiment_name, case)
    for path in (where.weights, where.manifest):
        sys.audit("mechnotes.read", str(path))
    return _read(experiment, case, state)


def _read(experiment: Experiment[..., Result], case: str, state: freshness.State) -> Result:
    """Rebuild a typed result from the bytes of an artifact."""
    import safetensors.torch

    kind = declared.result_type(experiment)
    values = dict(state.manifest["values"])
    try:
        result = results.unpack(kind, safetensors.torch.load(state.weights), values)
    except ValueError as error:
        raise ArtifactStale(experiment.experiment_name, case, str(error)) from error
    provenance = Provenance.from_manifest(state.manifest)
    return cast(Result, dataclasses.replace(result, provenance=provenance))


def discover(package: str = "mechnotes") -> list[Experiment[..., Any]]:
    """Find every experiment of a package by walking its modules.

    Args:
        package: Dotted name of the package.

    Returns:
        The experiments, sorted by name.

    Raises:
        ValueError: If there is no such package.
    """
    found = {
        value.experiment_name: value
        for module in catalog.modules(package, "@experiment")
        for value in _declared_in(module)
    }
    return [found[name] for name in sorted(found)]


def find(name: str, package: str = "mechnotes") -> Experiment[..., Any]:
    """Find one experiment by its name.

    Args:
        name: Name as `scripts/prerun.py list` prints it.
        package: Dotted name of the package.

    Raises:
        ValueError: If the package has no experiment of that name; the nearest name is suggested.
    """
    function = str(name).rpartition(".")[2]
    for module in catalog.modules(package, "@experiment", f"def {function}("):
        for value in _declared_in(module):
            if value.experiment_name == name:
                return value
    every = {value.experiment_name: value for value in discover(package)}
    return every[declared.known(name, every, "experiment")]


def _declared_in(module: ModuleType) -> list[Experiment[..., Any]]:
    """The experiments that a module defines; one that it imports belongs to another module."""
    return [
        value
        for value in vars(module).values()
        if hasattr(value, "experiment_name") and value.__module__ == module.__name__
    ]
