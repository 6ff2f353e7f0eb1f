"""Texts of prompts as tokens: every word is one token, so places of words are places of tokens."""

from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import models, validate
from mechnotes._prompts.filling import Unit
from mechnotes._typing import LanguageModel
from mechnotes.storybook import tokenizer


def tokens(texts: Sequence[str], model: LanguageModel | None) -> Int[Tensor, "batch pos"]:
    """Token numbers of texts; without a model, the storybook's."""
    if model is not None:
        return models.tokens(model, list(texts))
    return torch.stack([tokenizer.ids(text) for text in texts])


def answer(words: Sequence[str], model: LanguageModel | None) -> Int[Tensor, " batch"]:
    """Token numbers of words as they continue a text."""
    if model is None:
        return tokenizer.ids(words, bos=False)
    return torch.tensor([_pieces(word, model)[0] for word in words], device=model.cfg.device)


def check_words(
    rows: Iterable[Sequence[Unit]], answers: Iterable[str], model: LanguageModel | None
) -> None:
    """Check that every word of the prompts and every answer is one token that the model knows.

    Raises:
        ValueError: If the model's tokenizer cuts one in pieces or does not know it.
    """
    if model is None:
        return
    models.tokens(model, "a")  # refuses what is no model
    firsts, later = set(), set(answers)
    for row in rows:
        firsts.add(row[0][0])
        later |= {word for word, _ in row[1:]}
    split = [word for word in sorted(firsts) if not _is_one(word, model)]
    split += [word for word in sorted(later) if not _is_one(_continued(word), model)]
    if split:
        validate.refuse(
            "model",
            got=f"{model.name}, whose tokenizer cuts or does not know {', '.join(split[:5])}",
            expected="a tokenizer for which every word of the prompts is one token",
            fix='Choose the vocabulary that fits the model: "storybook" or "gpt2".',
        )


def _continued(word: str) -> str:
    """A word as it stands inside a text."""
    return word if word in (",", ".") else f" {word}"


def _is_one(text: str, model: LanguageModel) -> bool:
    pieces = model.tokenizer(text, add_special_tokens=False)["input_ids"]
    unknown = model.tokenizer.unk_token_id
    return len(pieces) == 1 and (pieces[0] != unknown or unknown == model.tokenizer.eos_token_id)


def _pieces(word: str, model: LanguageModel) -> list[int]:
    return model.tokenizer(_continued(word), add_special_tokens=False)["input_ids"]
