"""What does a function say when it is given something it cannot use?

Always three things, in this order: what it got, what it expected, how to mend it. `refuse` raises
that `ValueError`; the other functions check one property each and hand the value back, so that a
check can stand where the value is used:

    steps = validate.integer(steps, "steps", minimum=1)

jaxtyping checks shapes in the test run only; these checks are what a reader meets in a notebook.
torch is imported inside the tensor checks: modules without tensors validate here too. Limits are
typed `float | int` because beartype, unlike mypy, does not take an int for a float.
"""

import math
import re
from collections.abc import Collection
from numbers import Integral, Real
from typing import NoReturn, TypeVar

Checked = TypeVar("Checked")


def refuse(what: str, *, got: object, expected: str, fix: str) -> NoReturn:
    """Raise the ValueError that all of mechnotes uses for bad input.

    Args:
        what: Name of the argument, as the caller wrote it.
        got: The offending value, or a short description of it.
        expected: What would have been accepted, without a full stop.
        fix: One sentence that says what to change.

    Raises:
        ValueError: Always.

    Examples:
        >>> refuse("steps", got=-1, expected="an integer of at least 1", fix="Pass steps=1.")
        Traceback (most recent call last):
        ValueError: steps: got -1; expected an integer of at least 1. Pass steps=1.
    """
    raise ValueError(f"{what}: got {got}; expected {expected}. {fix}")


def integer(value: object, name: str, *, minimum: int = 0, maximum: int | None = None) -> int:
    """Check that `value` is a whole number from `minimum` to `maximum`, both included.

    Returns:
        The value as an int.

    Raises:
        ValueError: If it is not; True, False and 3.0 are refused.
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        whole = int(value)
        if whole >= minimum and (maximum is None or whole <= maximum):
            return whole
    limit = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    refuse(name, got=repr(value), expected=f"an integer {limit}", fix=f"Pass {name}={minimum}.")


def number(
    value: object,
    name: str,
    *,
    low: float | int = -math.inf,
    high: float | int = math.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """Check that `value` is a finite number from `low` to `high`; an open end is itself refused.

    Returns:
        The value as a float.

    Raises:
        ValueError: If it is not; True, False, NaN and infinities are refused.
    """
    left = "(" if low_open or math.isinf(low) else "["
    right = ")" if high_open or math.isinf(high) else "]"
    interval = f"{left}{low:g}, {high:g}{right}"
    real = _as_float(value)
    if math.isfinite(real):
        above = real > low if low_open else real >= low
        below = real < high if high_open else real <= high
        if above and below:
            return real
    refuse(
        name,
        got=repr(value),
        expected=f"a finite number in {interval}",
        fix=f"Choose {name} inside that interval.",
    )


def _as_float(value: object) -> float:
    """The number as a float; NaN for what is none, or too large for one."""
    try:
        return float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        return math.nan


def seed(value: object, name: str = "seed") -> int:
    """Check that `value` can seed a generator: an integer from 0 to 2**63 - 1.

    Raises:
        ValueError: If it is not; True, 1.0 and None are refused.
    """
    return integer(value, name, minimum=0, maximum=2**63 - 1)


def choice(value: Checked, name: str, options: Collection[Checked]) -> Checked:
    """Check that `value` is one of `options`.

    Raises:
        ValueError: If it is not; the message lists the options.
    """
    if not any(type(value) is type(option) and value == option for option in options):
        listed = ", ".join(repr(option) for option in options)
        refuse(name, got=repr(value), expected=f"one of {listed}", fix="Check the spelling.")
    return value


def device(value: object, name: str = "device") -> str:
    """Check that `value` names a device that this machine has.

    Raises:
        ValueError: If it is not a device's name or the machine has no such device.
    """
    import torch

    usable = {"cpu": True, "cuda": torch.cuda.is_available()}
    named = isinstance(value, str) and re.fullmatch(r"cpu|cuda(:\d+)?", value)
    if isinstance(value, str) and named and usable[value.split(":")[0]]:
        return value
    expected = " or ".join(f'"{kind}"' for kind, present in usable.items() if present)
    refuse(name, got=repr(value), expected=f"{expected} on this machine", fix='Pass "cpu".')


def generator(value: Checked, name: str = "generator") -> Checked:
    """Check that `value` is a torch.Generator.

    Raises:
        ValueError: If it is not: mechnotes never draws from the global generator.
    """
    import torch

    if not isinstance(value, torch.Generator):
        refuse(
            name,
            got=f"{type(value).__name__}",
            expected="a torch.Generator",
            fix="Make one with mechnotes.rng.generator(seed).",
        )
    return value


def floating(tensor: Checked, name: str) -> Checked:
    """Check that `tensor` is a torch tensor of floating-point numbers.

    Raises:
        ValueError: If it is a list, an array or a tensor of another dtype.
    """
    import torch

    if not isinstance(tensor, torch.Tensor):
        got, fix = type(tensor).__name__, f"Wrap it: torch.as_tensor({name}, dtype=torch.float32)."
    elif not tensor.is_floating_point():
        got, fix = f"a tensor of {tensor.dtype}", f"Convert it: {name}.float()."
    else:
        return tensor
    refuse(name, got=got, expected="a torch tensor of floating-point numbers", fix=fix)


def finite(tensor: Checked, name: str) -> Checked:
    """Check that `tensor` is floating-point and holds neither NaN nor infinity.

    Raises:
        ValueError: If not; the message counts the bad entries.
    """
    import torch

    floating(tensor, name)
    assert isinstance(tensor, torch.Tensor)
    if n_bad := int((~torch.isfinite(tensor)).sum()):
        refuse(
            name,
            got=f"{n_bad} NaN or infinite entries of {tensor.numel()}",
            expected="finite numbers",
            fix="Look at the step that made them; a lower learning rate often helps.",
        )
    return tensor


def between(tensor: Checked, name: str, *, low: float | int, high: float | int) -> Checked:
    """Check that `tensor` is finite and every entry lies in [low, high].

    Raises:
        ValueError: If not; the message gives the smallest and the largest entry.
    """
    import torch

    finite(tensor, name)
    assert isinstance(tensor, torch.Tensor)
    if tensor.numel() and not (tensor.min() >= low and tensor.max() <= high):
        refuse(
            name,
            got=f"entries from {tensor.min().item():g} to {tensor.max().item():g}",
            expected=f"entries in [{low:g}, {high:g}]",
            fix="Rescale or clip it before the call.",
        )
    return tensor


def shape(tensor: Checked, name: str, axes: tuple[str, ...], **sizes: int) -> Checked:
    """Check a tensor's axes: how many there are, that none is empty, and the sizes that are known.

    Args:
        tensor: The tensor.
        name: Name used in the message.
        axes: Names of the axes in order; a leading "..." allows any axes in front.
        **sizes: Required size of the axes named here, for example `features=5`.

    Returns:
        The tensor.

    Raises:
        ValueError: If the number of axes or a size differs, or an axis has size 0.

    Examples:
        >>> shape(x, "x", ("batch", "instances", "features"), features=W.shape[-1])
    """
    import torch

    if not isinstance(tensor, torch.Tensor):
        floating(tensor, name)
    assert isinstance(tensor, torch.Tensor)
    named = axes[1:] if axes[:1] == ("...",) else axes
    last = tensor.shape[tensor.ndim - len(named) :] if tensor.ndim >= len(named) else None
    exact = tensor.ndim == len(named) or len(named) < len(axes)
    fits = last is not None and exact and 0 not in tensor.shape
    pairs = zip(named, last or (), strict=False)
    if not fits or any(size != sizes.get(axis, size) for axis, size in pairs):
        wanted = " ".join(f"{axis}={sizes[axis]}" if axis in sizes else axis for axis in axes)
        refuse(
            name,
            got=f"shape {tuple(tensor.shape)}",
            expected=f"shape ({wanted}) with no empty axis",
            fix="Reshape or transpose it; the last named axis varies fastest.",
        )
    return tensor
