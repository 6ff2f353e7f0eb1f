"""What does an autoencoder read? A model's activations at one place, a block of texts at a time.

Never more than a block and its mixed copy are in memory: `blocks(0)`, `blocks(1)` and so on give
activations [n, d_in], and `batches` mixes each block and cuts it. What block number b holds must
depend on b alone, so that a training that was killed goes on with the same numbers.

The first token of every text is left out by default. Its activation is the same in every text
(nothing stands before it), and in many models, GPT-2 among them, many times longer than all others.
"""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import hooks, rng, validate
from mechnotes._typing import LanguageModel

OF_PAIRS = ("hook_pattern", "hook_attn_scores")
"""Places with a number for each pair of tokens, and no vector at each."""
Blocks = Callable[[int], Float[Tensor, "n d_in"]]
"""From the number of a block, from 0, to its activations."""


def read(
    model: LanguageModel, hook: str, tokens: Int[Tensor, "batch pos"], *, centred: bool = False
) -> Float[Tensor, "batch pos d_in"]:
    """Activations at a place, in the order of the tokens.

    Args:
        model: The model.
        hook: Full name of the place, such as `blocks.1.hook_resid_post`.
        tokens: Token numbers, as `models.tokens` gives them.
        centred: Whether to subtract from each activation its mean over dimensions. On a residual
            stream that is what centring all weights that write to it does.

    Returns:
        Activations in float32 without a gradient, on the model's device. Where each head has a
        vector of its own (`hook_z`), heads stand side by side in one vector of their joint width.

    Raises:
        ValueError: If the model has no such place, there is no vector at each token there, or the
            tokens are none of its own.
    """
    check_hook(model, hook)
    tokens = on_device(model, tokens)
    found: list[Tensor] = []

    def look(activation: Tensor, hook: Any) -> None:  # noqa: ARG001
        found.append(activation.detach().float())
        raise _Enough

    try:
        with torch.no_grad():
            model.run_with_hooks(tokens, fwd_hooks=[(hook, look)])
    except _Enough:
        pass
    finally:
        model.reset_hooks()
    of_tokens = found[0].ndim >= 3 and found[0].shape[:2] == tokens.shape
    if not of_tokens or hook.endswith(OF_PAIRS):
        _refuse_place(hook, tuple(found[0].shape))
    activations = found[0].flatten(2)
    return activations - activations.mean(-1, keepdim=True) if centred else activations


def collect(
    model: LanguageModel,
    hook: str,
    tokens: Int[Tensor, "batch pos"],
    *,
    centred: bool = False,
    skip_first: bool = True,
    rows_at_once: int = 64,
) -> Float[Tensor, "n d_in"]:
    """Activations of many texts of equal length, as one list.

    Args:
        model: The model.
        hook: Full name of the place.
        tokens: Token numbers.
        centred: As in `read`.
        skip_first: Whether to leave out the first token of each text.
        rows_at_once: Texts in one forward pass; bounds the memory.

    Raises:
        ValueError: As `read`, or if `rows_at_once` is no count or nothing is left.
    """
    validate.integer(rows_at_once, "rows_at_once", minimum=1)
    check_tokens(model, tokens)
    if skip_first and tokens.shape[1] < 2:
        validate.refuse(
            "tokens",
            got="texts of one token, of which the first is left out",
            expected="texts of at least two tokens",
            fix="Add text, or keep the first token with skip_first=False.",
        )
    parts = [read(model, hook, rows, centred=centred) for rows in tokens.split(rows_at_once)]
    return torch.cat([part[:, skip_first:].flatten(0, 1) for part in parts])


def batches(
    blocks: Blocks,
    *,
    batch_size: int,
    seed: int,
    start: int = 0,
    first: Float[Tensor, "n d_in"] | None = None,
) -> Iterator[Float[Tensor, "batch d_in"]]:
    """Mixed activations in batches of equal size, without end.

    A block and its mixed copy are in memory while it is mixed, the copy alone while batches are
    handed out, and neither while the next block is made.

    Args:
        blocks: Where the activations come from; all blocks have as many as the first.
        batch_size: Activations in a batch. What is left at a block's end is dropped.
        seed: Seed of the order within each block.
        start: Number of the first batch; batches before it are passed over without being read.
        first: Block 0, where it is at hand, so that it is not made twice.

    Raises:
        ValueError: If a number is out of range, a block is smaller than a batch or has another
            size than the first, or an activation is not finite.
    """
    validate.integer(batch_size, "batch_size", minimum=1)
    validate.integer(start, "start")
    block = _checked(blocks(0) if first is None else first, 0, batch_size)
    del first
    size = len(block)
    number, skipped = divmod(start, size // batch_size)
    while True:
        if number > 0:
            del block  # before the next one is made
            block = _checked(blocks(number), number, batch_size)
        if len(block) != size:
            _refuse_block(number, f"{len(block)} activations", f"{size}, as in the first")
        order = torch.randperm(size, generator=rng.generator(seed, "order", number))
        block = block[order.to(block.device)]
        for batch in range(skipped, size // batch_size):
            yield block[batch * batch_size : (batch + 1) * batch_size]
        number, skipped = number + 1, 0


def check_hook(model: LanguageModel, hook: object) -> str:
    """Refuse a place that a model lacks; the nearest names are suggested.

    Returns:
        The full name.

    Raises:
        ValueError: If there is no such place.
    """
    import difflib

    hooks.check_model(model)
    known = places(model)
    if hook not in known:
        near = difflib.get_close_matches(str(hook), known, n=3, cutoff=0.5)
        validate.refuse(
            "hook",
            got=repr(hook),
            expected=f"one of the {len(known)} places of {model.name}",
            fix=f"Did you mean {' or '.join(near)}?" if near else "List them: model.hook_dict.",
        )
    return str(hook)


def places(model: LanguageModel) -> set[str]:
    """Full names of all places, the field's names (`blocks.0.hook_resid_pre`) among them."""
    names = {*model.hook_dict, *model.hook_aliases}
    for layer, block in enumerate(model.blocks):
        names |= {f"blocks.{layer}.{alias}" for alias in getattr(block, "hook_aliases", ())}
    return names


class _Enough(Exception):
    """The place was reached: nothing after it needs to be computed."""


def on_device(model: LanguageModel, tokens: Int[Tensor, "batch pos"]) -> Int[Tensor, "batch pos"]:
    """Tokens where the model is, once they are the model's own.

    Raises:
        ValueError: As `check_tokens`.
    """
    check_tokens(model, tokens)
    return tokens.to(model.cfg.device)


def check_tokens(model: LanguageModel, tokens: Tensor) -> None:
    """Refuse what is no table of a model's token numbers.

    Raises:
        ValueError: If it has another shape or kind, or a number that the vocabulary lacks.
    """
    validate.shape(tokens, "tokens", ("batch", "pos"))
    if not tokens.numel() or tokens.is_floating_point() or tokens.dtype == torch.bool:
        validate.refuse(
            "tokens",
            got=f"a tensor of {tokens.dtype} and shape {tuple(tokens.shape)}",
            expected="token numbers of at least one text",
            fix="Make them with models.tokens(model, text).",
        )
    low, high = int(tokens.min()), int(tokens.max())
    if low < 0 or high >= model.cfg.d_vocab:
        validate.refuse(
            "tokens",
            got=f"token numbers from {low} to {high}",
            expected=f"token numbers from 0 to {model.cfg.d_vocab - 1}",
            fix="Encode the text with this model's own tokenizer: models.tokens(model, text).",
        )


def _refuse_place(hook: str, shape: tuple[int, ...]) -> NoReturn:
    validate.refuse(
        "hook",
        got=f"{hook!r}, where activations have shape {shape}",
        expected="a place with a vector at each token: shape (batch, pos, width) or, with an axis "
        "for heads, (batch, pos, head, width)",
        fix="Of attention take hook_z, each head's weighted values: heads are put side by side.",
    )


def _checked(block: Tensor, number: int, batch_size: int) -> Tensor:
    validate.finite(block, f"block {number}")
    validate.shape(block, f"block {number}", ("n", "d_in"))
    if len(block) < batch_size:
        _refuse_block(number, f"{len(block)} activations", f"at least a batch of {batch_size}")
    return block


def _refuse_block(number: int, got: str, expected: str) -> NoReturn:
    validate.refuse(
        f"block {number}",
        got=got,
        expected=expected,
        fix="Give every block as many texts of equal length, and more than a batch needs.",
    )
