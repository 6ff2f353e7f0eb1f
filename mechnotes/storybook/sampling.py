"""Letting a model write: one word after the other, drawn from its own distribution."""

import torch

from mechnotes import validate
from mechnotes.storybook import tokenizer
from mechnotes.storybook.evaluation import Model


@torch.no_grad()
def continuation(model: Model, text: str, *, words: int, generator: torch.Generator) -> str:
    """A text as the model goes on with it, word after word drawn from its own distribution.

    Args:
        model: Tokens to logits.
        text: Beginning, in words of the storybook; may be empty.
        words: How many to add.
        generator: Source of chance.

    Returns:
        Beginning and continuation.

    Raises:
        ValueError: If the text has unknown words or the whole would pass 64 tokens.
    """
    tokens = tokenizer.ids(text) if text.split() else torch.zeros(1, dtype=torch.long)
    validate.integer(words, "words", minimum=1, maximum=64 - len(tokens))
    for _ in range(words):
        chances = model(tokens[None])[0, -1].softmax(-1)
        following = torch.multinomial(chances, 1, generator=validate.generator(generator))
        tokens = torch.cat([tokens, following])
    return tokenizer.text(tokens)
