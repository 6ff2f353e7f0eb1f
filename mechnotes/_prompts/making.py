"""Pairs of prompts in the making: one after another, from lines of equal length."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from mechnotes import rng, validate
from mechnotes._prompts import encoding, filling
from mechnotes._prompts.filling import Unit
from mechnotes._prompts.vocabulary import Vocabulary
from mechnotes._typing import LanguageModel
from mechnotes.storybook import words
from mechnotes.storybook.templates import Rule


class Maker:
    """Draws words and collects pairs."""

    def __init__(
        self,
        kind: str,
        vocabulary: Vocabulary,
        lines: Sequence[str],
        until: str,
        template: int | None,
        *,
        n_pairs: int,
        seed: int,
    ):
        self.n_pairs = validate.integer(n_pairs, "n_pairs", minimum=1)
        self.generator = rng.generator(validate.seed(seed), "prompts", kind)
        self.vocabulary, self.until = vocabulary, until
        self.lines = _of_equal_length(lines, until, template)
        self.clean: list[list[Unit]] = []
        self.corrupted: list[list[Unit]] = []
        self.answers: list[tuple[str, str]] = []
        self.also: list[dict[str, str]] = []

    def one_of(self, listed: Sequence[str]) -> str:
        """One word of a list."""
        return filling.drawn(listed, self.generator)

    def index(self, number: int) -> int:
        """A number from 0 to below the given one."""
        return int(torch.randint(number, (), generator=self.generator))

    def different(self, listed: Sequence[str], number: int) -> list[str]:
        """So many different words of a list."""
        order = torch.randperm(len(listed), generator=self.generator)[:number]
        return [listed[index] for index in order.tolist()]

    def names(self, held_out: bool | None) -> list[str]:
        """Three names; the first two shared a sentence in training, or never did if held out."""
        if held_out is None:
            return self.different(self.vocabulary.names, 3)
        first = self.one_of(self.vocabulary.names)
        others = [name for name in self.vocabulary.names if name != first]
        second = self.one_of([n for n in others if words.held_out(first, n) == held_out])
        return [first, second, self.one_of([name for name in others if name != second])]

    def add(
        self,
        rules: Mapping[str, Rule],
        chosen: Mapping[str, str],
        *,
        changed: tuple[str, str],
        answers: tuple[str, str],
        also: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """One more pair.

        Args:
            rules: Chances of the words for slots that are not chosen.
            chosen: Words for slots that are.
            changed: The slot in which the corrupted prompt differs, and its other word.
            answers: The right and the wrong answer to the clean prompt.
            also: Further names for the positions of slots.
        """
        line = self.lines[len(self.clean) % len(self.lines)]
        units = filling.filled(line, rules, chosen, until=self.until, generator=self.generator)
        self.clean.append(units)
        self.corrupted.append(filling.replaced(units, *changed))
        self.also.append({**also, "changed": changed[0]})
        self.answers.append(answers)

    def fields(self, model: LanguageModel | None) -> dict[str, Any]:
        """What a `Pairs` holds."""
        spaced = self.vocabulary.spaced
        clean = tuple(filling.text(units, spaced=spaced) for units in self.clean)
        corrupted = tuple(filling.text(units, spaced=spaced) for units in self.corrupted)
        right, wrong = zip(*self.answers, strict=True)
        encoding.check_words([*self.clean, *self.corrupted], [*right, *wrong], model)
        encoded = encoding.tokens(clean, model)
        before = encoded.shape[1] - len(self.clean[0])
        return {
            "clean": encoded,
            "corrupted": encoding.tokens(corrupted, model),
            "answers": encoding.answer(right, model),
            "wrong": encoding.answer(wrong, model),
            "clean_text": clean,
            "corrupted_text": corrupted,
            "answer_words": right,
            "wrong_words": wrong,
            "positions": self._positions(before, encoded.device),
        }

    def _positions(self, before: int, device: torch.device) -> dict[str, torch.Tensor]:
        """Positions of the slots that every line has, of those with other names, and of the end."""
        rows = [{slot: n for n, (_, slot) in enumerate(row) if slot} for row in self.clean]
        shared = [slot for slot in rows[0] if all(slot in row for row in rows)]
        found = {slot: [row[slot] for row in rows] for slot in shared}
        for name in self.also[0]:
            found[name] = [row[also[name]] for row, also in zip(rows, self.also, strict=True)]
        found["end"] = [len(row) - 1 for row in self.clean]
        return {s: torch.tensor(places, device=device) + before for s, places in found.items()}


def _of_equal_length(lines: Sequence[str], until: str, template: int | None) -> list[str]:
    """The line asked for, or the largest set of lines of equal length."""
    if template is not None:
        validate.integer(template, "template", maximum=len(lines) - 1)
        return [lines[template]]
    lengths = [filling.length(line, until) for line in lines]
    common = Counter(lengths).most_common(1)[0][0]
    return [line for line, length in zip(lines, lengths, strict=True) if length == common]
