"""What may be drawn: tensors and arrays of known shape, checked before anything is drawn."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

Array = Tensor | np.ndarray


def numbers(value: Array, name: str, *, axes: Sequence[str]) -> np.ndarray:
    """The value as a float array with the given axes; NaN marks "not computed" and is allowed.

    Raises:
        ValueError: If it is no tensor or array of numbers, has other axes, is empty or infinite.
    """
    if not isinstance(value, Tensor | np.ndarray):
        raise ValueError(
            f"{name}: got {type(value).__name__}; expected a tensor or array. "
            "Convert it with torch.as_tensor."
        )
    found = value.detach().cpu().numpy() if isinstance(value, Tensor) else value
    if found.dtype.kind not in "fiub":
        raise ValueError(f"{name}: got dtype {found.dtype}; expected real numbers. Convert it.")
    if found.ndim != len(axes) or 0 in found.shape:
        raise ValueError(
            f"{name}: got shape {tuple(found.shape)}; expected [{', '.join(axes)}], none empty. "
            "Reshape it or pick the slice to draw."
        )
    found = found.astype(float)
    if np.isinf(found).any():
        raise ValueError(
            f"{name}: got an infinite value; expected finite numbers. "
            "Use NaN for what was not computed."
        )
    return found


def same_length(what: str, counts: dict[str, int]) -> None:
    """Refuse inputs that must be as long as each other and are not.

    Raises:
        ValueError: If the counts differ.
    """
    if len(set(counts.values())) > 1:
        got = ", ".join(f"{count} {name}" for name, count in counts.items())
        raise ValueError(f"{what}: got {got}; expected equally many. Give one for each.")
