"""Which short statements are happy, angry, neutral, or about something else?

Sentences of the storybook's grammar, as text, so that any model can read them: the storybook's,
which knows each word, and GPT-2, to which they are plain English with a space before each full
stop. A happy, an angry and a neutral statement are alike but for what happens and how somebody
feels about it. The baseline is about other things: somebody gives something, or it was a cold day.
"""

import torch

from mechnotes import rng, validate
from mechnotes.storybook import feelings, filler, giving, grammar, words
from mechnotes.storybook.grammar import Sentence
from mechnotes.storybook.templates import Template

BASELINE = "baseline"
KINDS = (*words.SENTIMENTS, BASELINE)
"""Kinds of statements."""
OF_ONE = tuple(line for line in feelings.TEMPLATES if line not in feelings.OF_TWO)
"""Stories of one person, which are of one kind from beginning to end."""


def draw(kind: str, n: int, *, seed: int = 0) -> tuple[str, ...]:
    """Different statements of a kind.

    Args:
        kind: One of `KINDS`.
        n: How many, at most 1000.
        seed: Seed of the words.

    Raises:
        ValueError: If there is no such kind or `n` is out of range.
    """
    validate.choice(kind, "kind", KINDS)
    validate.integer(n, "n", minimum=1, maximum=1000)
    generator = rng.generator(validate.seed(seed), "statements", kind)
    found: dict[str, None] = {}  # keeps the order of insertion
    for sentence in grammar.sentences(generator, templates=_templates(kind)):
        if _kind(sentence) == kind:
            found[" ".join(sentence.words)] = None
        if len(found) == n:
            break
    return tuple(found)


def groups(
    n: int, *, kinds: tuple[str, ...] = ("happy", "angry", BASELINE), seed: int = 0
) -> tuple[list[str], list[str]]:
    """Statements of several kinds one after the other, and the kind of each.

    Args:
        n: Statements of each kind.
        kinds: The kinds.
        seed: Seed of the words.

    Raises:
        ValueError: As `draw`.
    """
    texts = [text for kind in kinds for text in draw(kind, n, seed=seed)]
    return texts, [kind for kind in kinds for _ in range(n)]


def labels(kinds: list[str], *wanted: str) -> torch.Tensor:
    """True for the statements of the wanted kinds.

    Args:
        kinds: Kind of each statement, as `groups` gives them.
        wanted: The kinds that count.

    Raises:
        ValueError: If a wanted kind is not among them.
    """
    for kind in wanted:
        validate.choice(kind, "wanted", tuple(sorted(set(kinds))))
    return torch.tensor([kind in wanted for kind in kinds])


def _templates(kind: str) -> tuple[Template, ...]:
    return OF_ONE if kind != BASELINE else (*giving.TEMPLATES, *filler.TEMPLATES)


def _kind(sentence: Sentence) -> str:
    found = [label["sentiment"] for label in sentence.labels if "sentiment" in label]
    return str(found[0]) if found else BASELINE
