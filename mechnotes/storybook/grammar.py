"""The whole grammar: which kinds of sentences there are, how often, and how to draw one.

A passage is the mark `<bos>` and sentences that do not depend on each other, cut off at the model's
context. A sentence's kind is drawn first, then one of its templates, then word after word.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

import torch

from mechnotes.storybook import (
    agreement,
    comparison,
    feelings,
    filler,
    giving,
    nesting,
    repeats,
    words,
)
from mechnotes.storybook.templates import Labels, Template

BOS = "<bos>"
UNKNOWN = "<unk>"
WEIGHTS: Mapping[str, float] = {
    "giving": 0.20,
    "feeling": 0.32,
    "repeat": 0.12,
    "agreement": 0.12,
    "nesting": 0.09,
    "comparison": 0.08,
    "filler": 0.07,
}
"""Share of each kind among the sentences."""
MODULES = (giving, feelings, repeats, agreement, nesting, comparison, filler)
TEMPLATES: tuple[Template, ...] = tuple(t for module in MODULES for t in module.TEMPLATES)


Key = TypeVar("Key", str, int)


class Sentence(NamedTuple):
    """A sentence with what is true of each of its words."""

    words: tuple[str, ...]
    labels: tuple[Labels, ...]
    template: Template


def chances_of_templates() -> dict[str, float]:
    """How likely a sentence comes from each template, by the template's name; sums to 1."""
    total = {kind: sum(t.weight for t in TEMPLATES if t.kind == kind) for kind in WEIGHTS}
    return {t.name: WEIGHTS[t.kind] * t.weight / total[t.kind] for t in TEMPLATES}


def vocabulary() -> tuple[str, ...]:
    """Every word of the grammar in alphabetical order, after the two special ones."""
    fixed = {word for t in TEMPLATES for word in t.name.split() if "{" not in word}
    lists = [words.NAMES, words.PLACES, words.OBJECTS, words.COLOURS, words.ADJECTIVES]
    lists += [words.NUMBERS, words.SINGULAR, words.PLURAL, words.GAVE, ("she", "he")]
    lists += [tuple(words.BRACKETS), tuple(words.BRACKETS.values()), comparison.WORDS]
    lists += [agreement.SINGULAR_VERBS, agreement.PLURAL_VERBS, agreement.NEAR, agreement.USED]
    for by_sentiment in (words.EVENTS, words.FEELINGS, words.REACTIONS):
        lists += by_sentiment.values()
    spoken = {word for listed in lists for word in listed}
    return (BOS, UNKNOWN, *sorted((fixed | spoken) - {"...", BOS, UNKNOWN}))


def sentences(
    generator: torch.Generator, *, templates: tuple[Template, ...] = TEMPLATES
) -> Iterator[Sentence]:
    """Sentences without end.

    Args:
        generator: Source of all chance, on the CPU.
        templates: Only these, with their relative weights.
    """
    for said, template in words_of_sentences(generator, templates=templates):
        yield Sentence(said, tuple(template.labels(said)), template)


def words_of_sentences(
    generator: torch.Generator, *, templates: tuple[Template, ...] = TEMPLATES
) -> Iterator[tuple[tuple[str, ...], Template]]:
    """As `sentences`, words and template only: many times faster."""
    weights = chances_of_templates()
    chances = {index: weights[t.name] for index, t in enumerate(templates)}
    total = sum(chances.values())
    draw = _Draw(generator)
    while True:
        template = templates[draw.from_chances(chances, total)]
        said: tuple[str, ...] = ()
        while following := template.next(said):
            said += (draw.from_chances(following, 1.0),)
        yield said, template


class _Draw:
    """Random numbers drawn from a torch generator in blocks, which is many times faster."""

    def __init__(self, generator: torch.Generator):
        self.generator = generator
        self.block: list[float] = []

    def number(self) -> float:
        if not self.block:
            self.block = torch.rand(4096, generator=self.generator, dtype=torch.float64).tolist()
        return self.block.pop()

    def from_chances(self, chances: Mapping[Key, float], total: float) -> Key:
        left = self.number() * total
        for key, chance in chances.items():
            left -= chance
            if left < 0:
                return key
        return key
