"""Passages as tensors: token numbers, and for each token what is true of it.

A passage is `<bos>` and whole sentences, cut off where the model's context ends. Labels are small
integers into `VALUES`, with -1 where a label does not apply, so that a mask is a comparison.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.storybook import grammar, repeats, words
from mechnotes.storybook.templates import Labels, Template

VALUES: Mapping[str, tuple[str | int, ...]] = {
    "sentiment": words.SENTIMENTS,
    "part": ("giver", "receiver"),
    "duplicate": (0, 1),
    "number": ("singular", "plural"),
    "depth": (0, 1, 2, 3),
    "quoted": (0, 1),
    "copy": (0, 1),
    "offset": tuple(range(max(repeats.LENGTHS))),
    "value": tuple(range(len(words.NUMBERS))),
}
"""Values of each label, by the integer that stands for them."""
KINDS = tuple(grammar.WEIGHTS)
"""Kinds of sentences, by the integer that stands for them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Passages:
    """Texts of equal length with their labels."""

    tokens: Int[Tensor, "batch pos"]
    """Token numbers; the first of each row is `<bos>`."""
    labels: Mapping[str, Int[Tensor, "batch pos"]]
    """For each label the index of the token's value in `VALUES`, or -1 where it does not apply."""
    kind: Int[Tensor, "batch pos"]
    """Kind of the token's sentence, an index into `KINDS`; -1 for `<bos>`."""
    template: Int[Tensor, "batch pos"]
    """Template of the token's sentence, an index into `grammar.TEMPLATES`; -1 for `<bos>`."""
    start: Int[Tensor, "batch pos"]
    """Position at which the token's sentence begins; -1 for `<bos>`."""
    roles: tuple[tuple[str, ...], ...]
    """For each row the slot that each token fills; "fixed" for fixed words, "" for `<bos>`."""

    def at(self, *roles: str) -> Bool[Tensor, "batch pos"]:
        """Where a token fills one of these slots."""
        return torch.tensor([[role in roles for role in row] for row in self.roles])


def passages(
    n_rows: int,
    *,
    generator: torch.Generator,
    n_ctx: int = 64,
    templates: tuple[Template, ...] = grammar.TEMPLATES,
) -> Passages:
    """Passages with the labels of every token.

    Args:
        n_rows: Number of passages.
        generator: Source of all chance, on the CPU.
        n_ctx: Tokens in each, `<bos>` included.
        templates: Only sentences from these.

    Raises:
        ValueError: If a size is not a count or `templates` is empty.
    """
    validate.integer(n_rows, "n_rows", minimum=1)
    validate.integer(n_ctx, "n_ctx", minimum=2)
    stream = grammar.sentences(validate.generator(generator), templates=templates)
    rows = [_row(stream, n_ctx) for _ in range(n_rows)]
    columns = {
        name: torch.tensor([row[name] for row in rows]) for name in rows[0] if name != "role"
    }
    own = {name: columns.pop(name) for name in ("tokens", "kind", "template", "start")}
    return Passages(**own, labels=columns, roles=tuple(tuple(row["role"]) for row in rows))


def _row(stream: Iterator[grammar.Sentence], n_ctx: int) -> dict[str, list]:
    """One passage as columns of integers, and the slots as words."""
    row: dict[str, list] = {name: [-1] for name in ("kind", "template", "start", *VALUES)}
    row |= {"tokens": [_NUMBER[grammar.BOS]], "role": [""]}
    while len(row["tokens"]) < n_ctx:
        sentence, start = next(stream), len(row["tokens"])
        count = len(sentence.words)
        row["tokens"] += [_NUMBER[word] for word in sentence.words]
        row["kind"] += [KINDS.index(sentence.template.kind)] * count
        row["template"] += [_INDEX[sentence.template.name]] * count
        row["start"] += [start] * count
        row["role"] += [labels["role"] for labels in sentence.labels]
        for name, values in VALUES.items():
            row[name] += [_index(values, labels, name) for labels in sentence.labels]
    return {name: values[:n_ctx] for name, values in row.items()}


def _index(values: tuple[str | int, ...], labels: Labels, name: str) -> int:
    return values.index(labels[name]) if name in labels else -1


_NUMBER = {word: number for number, word in enumerate(grammar.vocabulary())}
_INDEX = {template.name: index for index, template in enumerate(grammar.TEMPLATES)}


def tokens(n_rows: int, n_ctx: int, *, generator: torch.Generator) -> Int[Tensor, "batch pos"]:
    """Passages without labels, as training reads them.

    Args:
        n_rows: Number of passages.
        n_ctx: Tokens in each, `<bos>` included.
        generator: Source of all chance, on the CPU.
    """
    number = {word: index for index, word in enumerate(grammar.vocabulary())}
    stream = grammar.words_of_sentences(generator)
    rows = []
    for _ in range(validate.integer(n_rows, "n_rows", minimum=1)):
        row = [number[grammar.BOS]]
        while len(row) < n_ctx:
            said, _ = next(stream)
            row += [number[word] for word in said]
        rows.append(row[:n_ctx])
    return torch.tensor(rows)
