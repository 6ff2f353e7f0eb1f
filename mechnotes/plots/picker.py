"""A map to point at: pick a row and a column, and read what is known about that place.

All results were computed beforehand; the page only shows the one that is picked. Without scripts
the map is still a table whose cells say their value when pointed at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from jaxtyping import Float

from mechnotes.plots._arrays import Array, numbers, same_length


@dataclass(frozen=True, kw_only=True, eq=False)
class Picker:
    """A table of signed values whose cells can be picked; a page shows it as it is."""

    values: Float[np.ndarray, "rows columns"]
    """Values from -1 to 1 for the colour; larger ones have the strongest colour."""
    rows: tuple[str, ...]
    """Names of the rows."""
    columns: tuple[str, ...]
    """Names of the columns; they may repeat."""
    notes: tuple[tuple[str, ...], ...]
    """What is shown when a cell is picked, row by row."""
    label: str
    """What the rows, columns and values are."""

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "".join(self._row(number) for number in range(len(self.rows)))
        return (
            '<div class="mn-picker"><div class="mn-scroll"><table class="mn-map">'
            f"<caption>{escape(self.label)}</caption><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            '<output aria-live="polite">Pick a cell.</output></div>'
        )

    def _row(self, number: int) -> str:
        cells = "".join(
            self._cell(float(value), note)
            for value, note in zip(self.values[number], self.notes[number], strict=True)
        )
        return f'<tr><th scope="row">{escape(self.rows[number])}</th>{cells}</tr>'

    @staticmethod
    def _cell(value: float, note: str) -> str:
        sign = "mn-less" if value < 0 else "mn-more"
        strength = f"{min(abs(value), 1):.2f}"
        said = escape(note, quote=True)
        return (
            f'<td><button type="button" class="{sign}" style="--mn-strength:{strength}" '
            f'title="{said}" aria-label="{said}"></button></td>'
        )


def make(
    values: Float[Array, "rows columns"],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    notes: Mapping[tuple[int, int], str],
    label: str,
) -> Picker:
    """Put a map together.

    Args:
        values: Signed values; 1 or more has the strongest colour.
        rows: Names of the rows.
        columns: Names of the columns.
        notes: What to show for each (row, column), by number.
        label: What the rows, columns and values are.

    Raises:
        ValueError: If the names do not fit the shape, a value is not finite, or a note is missing.
    """
    found = numbers(values, "values", axes=("rows", "columns"))
    same_length("rows", {"values": found.shape[0], "rows": len(rows)})
    same_length("columns", {"values": found.shape[1], "columns": len(columns)})
    missing = [place for place in np.ndindex(*found.shape) if place not in notes]
    if missing or not np.isfinite(found).all():
        raise ValueError(
            f"notes: got none for {missing[:3] or 'places without a value'}; expected one for each "
            "finite value. Write a sentence for each cell."
        )
    said = tuple(tuple(notes[r, c] for c in range(found.shape[1])) for r in range(len(found)))
    return Picker(values=found, rows=tuple(rows), columns=tuple(columns), notes=said, label=label)
