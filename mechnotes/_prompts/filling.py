"""A line of a template with its slots filled, up to the word that is asked for."""

from collections.abc import Mapping, Sequence

import torch

from mechnotes.storybook.templates import Chances, Rule

Unit = tuple[str, str]
"""A word and the slot that it fills, empty for a fixed word."""


def slots(line: str) -> list[Unit]:
    """Parts of a line: each a fixed word with no slot, or the name of a rule with its slot."""
    parts = [part.strip("{}").partition(":") if "{" in part else part for part in line.split()]
    return [(p, "") if isinstance(p, str) else (p[2] or p[0], p[0]) for p in parts]


def length(line: str, until: str) -> int:
    """Words before the slot that is asked for."""
    return [slot for _, slot in slots(line)].index(until)


def filled(
    line: str,
    rules: Mapping[str, Rule],
    chosen: Mapping[str, str],
    *,
    until: str,
    generator: torch.Generator,
) -> list[Unit]:
    """Words of a line before the slot `until`.

    Args:
        line: A line of a template.
        rules: Chances of the words for slots that are not chosen.
        chosen: Words for slots that are.
        until: The slot whose word is asked for.
        generator: Source of all chance.
    """
    said: dict[str, str] = {}
    units: list[Unit] = []
    for word, slot in slots(line)[: length(line, until)]:
        if slot:
            said[slot] = chosen[slot] if slot in chosen else drawn(rules[word](said), generator)
        units.append((said[slot] if slot else word, slot))
    return units


def drawn(chances: Chances | Sequence[str], generator: torch.Generator) -> str:
    """One word of a list, or one by its chance."""
    listed = list(chances)
    weights = list(chances.values()) if isinstance(chances, Mapping) else [1.0] * len(listed)
    index = torch.multinomial(torch.tensor(weights), 1, generator=generator)
    return listed[int(index)]


def replaced(units: Sequence[Unit], slot: str, word: str) -> list[Unit]:
    """The same words but for one slot."""
    return [(word if own == slot else said, own) for said, own in units]


def text(units: Sequence[Unit], *, spaced: bool) -> str:
    """Words as text; a space stands before punctuation if `spaced`."""
    joined = " ".join(word for word, _ in units)
    return joined if spaced else joined.replace(" ,", ",").replace(" .", ".")
