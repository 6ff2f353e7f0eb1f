"""Opening a model folder with transformers alone, and letting the model write.

For everything about a model's inside use `mechnotes.models.load`, which opens the same folder.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.storybook import grammar, tokenizer

Model = Callable[[Int[Tensor, "batch pos"]], Float[Tensor, "batch pos d_vocab"]]


def open_folder(folder: Path) -> Model:
    """A function from tokens to logits.

    Raises:
        ValueError: If the folder is not a storybook's.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = Path(folder)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (folder / name).is_file():
            validate.refuse(
                "folder",
                got=f"{folder} without {name}",
                expected="a folder with config.json, model.safetensors and tokenizer.json",
                fix="Make one: python -m mechnotes.storybook train --out FOLDER",
            )
    if AutoTokenizer.from_pretrained(folder).get_vocab().keys() != set(grammar.vocabulary()):
        validate.refuse(
            "folder",
            got=f"{folder} with other words",
            expected="the storybook's vocabulary",
            fix="Retrain it with this version, or open it with mechnotes.models.load.",
        )
    model = AutoModelForCausalLM.from_pretrained(folder).eval()

    @torch.no_grad()
    def logits(tokens: Int[Tensor, "batch pos"]) -> Float[Tensor, "batch pos d_vocab"]:
        return model(tokens).logits

    return logits


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
