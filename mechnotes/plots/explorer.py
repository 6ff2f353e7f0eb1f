"""Batches of trained models to look through: pick a batch and a value of what it varies.

The first batch is in the page as plain HTML, so that it is there without scripts. The others come
as scripts, loaded when they are picked: nothing is asked of a server, and the page works
from a disk. Everything is drawn here; `docs/assets/js/explorer.js` only puts it in place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from mechnotes.plots import _batch
from mechnotes.plots.batches import Batch

FILES = "application/x-mechnotes-files"
AT_ONCE = 4
"""Models in a file."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Explorer:
    """Batches to look through; a page shows it as it is."""

    batches: tuple[Batch, ...]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        files = self.files
        return {"text/html": self.html(files), FILES: files}

    @property
    def files(self) -> dict[str, str]:
        """Texts of the files by name: for each batch its curves, and its models by the handful."""
        told: dict[str, object] = {}
        for number, batch in enumerate(self.batches):
            told[f"batch-{number}.js"] = _batch.html(batch)
            models = [_batch.model(one) for one in batch.models]
            for start in range(0, len(models), AT_ONCE):
                name = f"batch-{number}-models-{start // AT_ONCE}.js"
                told[name] = models[start : start + AT_ONCE]
        return {name: f"document.currentScript.told={_json(one)}\n" for name, one in told.items()}

    def html(self, files: Mapping[str, str]) -> str:
        """The controls, hidden until a script shows them, and the first batch.

        Args:
            files: The files, of which the names count.
        """
        parts = [
            [f"files:{name}" for name in files if name.startswith((f"batch-{n}.", f"batch-{n}-"))]
            for n in range(len(self.batches))
        ]
        options = "".join(
            f"<option>{escape(f'{batch.name}: {batch.swept}')}</option>" for batch in self.batches
        )
        first = _batch.html(self.batches[0])
        return (
            f'<div class="mn-explorer" data-parts="{escape(_json(parts))}" data-size="{AT_ONCE}">'
            f'<form hidden><label>Batch <select name="batch">{options}</select></label>'
            '<label><span></span> <select name="value"></select></label>'
            '<button type="button" value="-1">Previous</button>'
            '<button type="button" value="1">Next</button>'
            f'</form><p role="status"></p>{first}</div>'
        )


def make(batches: Sequence[Batch]) -> Explorer:
    """Put an explorer together.

    Args:
        batches: At least one; names must differ.

    Raises:
        ValueError: If there is none, two have one name, or a batch's curves, steps and models do
            not fit each other.
    """
    names = [batch.name for batch in batches]
    if not names or len(set(names)) != len(names):
        raise ValueError(
            f"batches: got {names}; expected at least one, each with a name of its own. "
            "Rename one of them."
        )
    for batch in batches:
        _check(batch)
    return Explorer(batches=tuple(batches))


def _check(batch: Batch) -> None:
    wanted = (len(batch.models), len(batch.steps))
    shapes = {label: curve.shape for label, curve in batch.curves.items()}
    wrong = {label: s for label, s in shapes.items() if (s[0], s[-1]) != wanted or len(s) != 3}
    if wrong or not batch.models or not batch.curves:
        raise ValueError(
            f"batch {batch.name}: got curves {shapes} for {wanted[0]} models at {wanted[1]} steps; "
            "expected [value seed checkpoint]. Give each model a row and each step a column."
        )
    for model in batch.models:
        neurons = len(model.bias)
        if (len(model.score), len(model.activations)) != (neurons, neurons):
            raise ValueError(
                f"batch {batch.name}, {batch.swept} {model.value:g}: got {neurons} biases, "
                f"{len(model.score)} scores and activations of {len(model.activations)} neurons; "
                "expected one each. Take all from the same model."
            )


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
