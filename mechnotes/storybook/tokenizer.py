"""One number for every word: the storybook's tokenizer, in the ecosystem's format.

Words stand between spaces and a word is a token, so token positions are word positions. The file
`tokenizer.json` that `build` writes is read by transformers, transformer_lens and sae_lens alike.
They turn a word that they do not know into `<unk>`, silently; `ids` says which word it is.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes.storybook import grammar
from mechnotes.validate import refuse

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def build(n_ctx: int) -> "PreTrainedTokenizerFast":
    """The tokenizer; it puts `<bos>` before every text, as the model was trained.

    Args:
        n_ctx: Longest text of the model, in tokens.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    index = {word: number for number, word in enumerate(grammar.vocabulary())}
    fast = Tokenizer(models.WordLevel(index, unk_token=grammar.UNKNOWN))
    fast.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast.post_processor = processors.TemplateProcessing(
        single=f"{grammar.BOS} $A",
        pair=f"{grammar.BOS} $A $B",
        special_tokens=[(grammar.BOS, index[grammar.BOS])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=fast,
        bos_token=grammar.BOS,
        eos_token=grammar.BOS,
        pad_token=grammar.BOS,
        unk_token=grammar.UNKNOWN,
        clean_up_tokenization_spaces=False,
        model_max_length=n_ctx,
    )


def ids(text: str | Sequence[str], *, bos: bool = True) -> Int[Tensor, " pos"]:
    """Token numbers of a text.

    Args:
        text: Words between spaces, or a sequence of words.
        bos: Whether to put `<bos>` first, as the model expects, if it does not stand there.

    Raises:
        ValueError: If the text is empty or holds words that the storybook does not know; they are
            named, with the nearest known words.
    """
    said = text.split() if isinstance(text, str) else list(text)
    if not said:
        refuse("text", got="no words", expected="at least one", fix="Write some words.")
    known = {word: number for number, word in enumerate(grammar.vocabulary())}
    if unknown := [word for word in said if word not in known]:
        refuse(
            "text",
            got=", ".join(suggested(word, known) for word in dict.fromkeys(unknown)),
            expected="words of the storybook, with spaces around commas and full stops",
            fix="All words: mechnotes.storybook.grammar.vocabulary().",
        )
    if bos and said[0] != grammar.BOS:
        said = [grammar.BOS, *said]
    return torch.tensor([known[word] for word in said])


def text(tokens: Int[Tensor, " pos"]) -> str:
    """Words of token numbers, with spaces between them and without `<bos>`."""
    vocabulary = grammar.vocabulary()
    return " ".join(w for w in (vocabulary[i] for i in tokens.tolist()) if w != grammar.BOS)


def suggested(word: str, known: Iterable[str]) -> str:
    """A word that is not known, with the nearest known ones."""
    lower = {k.lower(): k for k in known}
    near = difflib.get_close_matches(word.lower(), lower, n=3, cutoff=0.5)
    return f"{word!r} (near: {', '.join(lower[n] for n in near) or 'none'})"
