"""How is a reader's function called, so that whatever it does becomes a sentence?

A `Trial` is one set of arguments. Every call gets fresh copies, so that a function which changes
its arguments, or uses up the random generator, cannot disturb the next call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_SHOWN_NUMBERS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Arguments of one call."""

    given: Mapping[str, Any]
    """Name to value, in the order of the signature."""
    n_positional: int = 1
    """How many are passed by position; the rest go by name."""

    def call(self, function: Callable[..., Any]) -> Any:
        """The function's answer to copies of the arguments."""
        return self._call(function, self._copies())

    def attempt(self, function: Callable[..., Any]) -> "Answer":
        """Call a function that may be wrong in any way.

        Returns:
            Its answer, or a sentence about the exception or the argument it changed.
        """
        copies = self._copies()
        try:
            value = self._call(function, copies)
        except Exception as error:
            said = f": {error}" if str(error) else ""
            return Answer(fault=f"It raised `{type(error).__name__}`{said}, given {self}.")
        for name, before in self.given.items():
            if isinstance(before, Tensor) and not _same(before, copies[name]):
                return Answer(
                    fault=f"It changed its argument `{name}` in place. "
                    "Work on a copy, or use operations without a trailing underscore."
                )
        return Answer(value=value)

    def __str__(self) -> str:
        """The arguments in words; large tensors by shape, generators not at all."""
        shown = {k: v for k, v in self.given.items() if not isinstance(v, torch.Generator)}
        return ", ".join(f"`{name} = {_written(value)}`" for name, value in shown.items())

    def _copies(self) -> dict[str, Any]:
        return {name: _copied(value) for name, value in self.given.items()}

    def _call(self, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        names = list(arguments)
        by_position = [arguments[name] for name in names[: self.n_positional]]
        return function(*by_position, **{k: arguments[k] for k in names[self.n_positional :]})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What one call gave: a value, or a fault that stopped it."""

    value: Any = None
    """The returned value; meaningless if there is a fault."""
    fault: str = ""
    """A sentence about an exception or a changed argument; empty if there was none."""


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.clone()
    if isinstance(value, torch.Generator):
        copy = torch.Generator(value.device)
        copy.set_state(value.get_state())
        return copy
    return value


def _same(before: Tensor, after: Tensor) -> bool:
    return before.shape == after.shape and torch.equal(before, after.detach())


def _written(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"{value:.4g}" if isinstance(value, float) else str(value)
    if value.numel() > _SHOWN_NUMBERS:
        return f"a tensor of shape {tuple(value.shape)}"
    exact = value.detach().double().round(decimals=3) if value.is_floating_point() else value
    return str(exact.tolist())
