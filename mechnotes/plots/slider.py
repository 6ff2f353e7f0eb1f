"""A row of maps that change together: move the slider, and see them at another time.

Every map is a small picture of shares from 0 (paper) to 1 (full colour), and all times are in the
page, so nothing is computed or fetched while sliding. Without scripts the last time is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from jaxtyping import Float

from mechnotes.plots._arrays import Array, numbers
from mechnotes.plots._pixels import pixels


@dataclass(frozen=True, kw_only=True, eq=False)
class Slider:
    """Maps at several times; a page shows it as it is."""

    maps: Mapping[str, Float[np.ndarray, "time rows columns"]]
    """Shares from 0 to 1 by the name of the map."""
    times: tuple[str, ...]
    """What each time is called."""
    notes: tuple[str, ...]
    """What is said at each time."""
    label: str
    """What rows, columns and colour are, and what the slider moves."""

    def _repr_html_(self) -> str:
        last = len(self.times) - 1
        frames = "".join(self._frame(time, shown=time == last) for time in range(last + 1))
        return (
            f'<div class="mn-slider"><label>{escape(self.label)}'
            f'<input type="range" min="0" max="{last}" value="{last}" step="1" '
            f'aria-valuetext="{escape(self.times[-1], quote=True)}"></label>{frames}</div>'
        )

    def _frame(self, time: int, *, shown: bool) -> str:
        pictures = "".join(self._picture(name, time) for name in self.maps)
        hidden = "" if shown else " hidden"
        return (
            f'<div class="mn-frame" data-time="{escape(self.times[time], quote=True)}"{hidden}>'
            f'<div class="mn-maps">{pictures}</div><p><b>{escape(self.times[time])}</b> '
            f"{escape(self.notes[time])}</p></div>"
        )

    def _picture(self, name: str, time: int) -> str:
        found = self.maps[name][time]
        told = f"{name}, {self.times[time]}: mean {found.mean():.2f}, largest {found.max():.2f}"
        return f"<div><span>{escape(name)}</span>{pixels(found, told=escape(told))}</div>"


def make(
    maps: Mapping[str, Float[Array, "time rows columns"]],
    *,
    times: Sequence[str],
    notes: Sequence[str],
    label: str,
) -> Slider:
    """Put a slider together.

    Args:
        maps: Shares from 0 to 1 by the name of the map; all have as many times.
        times: What each time is called.
        notes: A sentence for each time.
        label: What rows, columns and colour are, and what the slider moves.

    Raises:
        ValueError: If there is no map, a share is not from 0 to 1, or the numbers of times differ.
    """
    found = {name: numbers(m, name, axes=("time", "rows", "columns")) for name, m in maps.items()}
    counts = {"times": len(times), "notes": len(notes)}
    counts |= {name: len(shares) for name, shares in found.items()}
    if not found or len(set(counts.values())) != 1:
        raise ValueError(
            f"maps: got {counts}; expected at least one map, all with as many times. "
            "Give each time a name and a note."
        )
    for name, shares in found.items():
        if not (np.isfinite(shares).all() and shares.min() >= 0 and shares.max() <= 1 + 1e-6):
            raise ValueError(f"{name}: got values outside 0 to 1; expected shares. Rescale them.")
    return Slider(maps=found, times=tuple(times), notes=tuple(notes), label=label)
