"""What does the model do when a latent is taken away, set, or added to?

Activations at the autoencoder's place are changed along the latent's decoder direction and nowhere
else:

    x  ->  x + (new value - old value) * decoder row

The reconstruction is never put in the place of x, so what the autoencoder fails to explain stays.
`replaced` sets latents to a value, 0 to ablate them; `added` adds a direction whatever the latent's
value is. Both change every token but the first of each text, or the tokens that `where` says. With
an autoencoder that needs centring, only the old value is read from the centred activation.

A dose is a multiple of a unit that has to be said. Here it is the latent's mean active value
(`levels`): a dose of 1 adds what is there when the latent fires. A change proves little by itself,
for any push of that length changes something: `doses` gives random directions the same length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import models, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _runs


@dataclass(frozen=True, kw_only=True, slots=True)
class Levels:
    """How strongly a latent fires on some texts, in its own unit."""

    active: float
    """Mean value over the tokens on which it fires: the unit of doses."""
    mean: float
    """Mean value over all tokens but the first of each text: what mean ablation puts in."""
    density: float
    """Share of these tokens on which it fires."""


@torch.no_grad()
def levels(
    model: LanguageModel, sae: Autoencoder, latent: int, tokens: Int[Tensor, "text pos"]
) -> Levels:
    """How strongly a latent fires on some texts, the first token of each left out.

    Raises:
        ValueError: If the two do not fit each other, there is no such latent, or it never fires.
    """
    autoencoder.check_latent(sae, latent)
    values = autoencoder.values(model, sae, tokens, latents=latent)[:, 1:]
    if not (values > 0).any():
        validate.refuse(
            "latent",
            got=f"{latent}, which fires on none of these tokens",
            expected="a latent with a mean active value",
            fix="Pass more texts, or steer with a length of your own: steering.added(...).",
        )
    return Levels(
        active=values[values > 0].mean().item(),
        mean=values.mean().item(),
        density=(values > 0).float().mean().item(),
    )


@torch.no_grad()
def added(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Int[Tensor, "text pos"],
    shifts: Float[Tensor, "n d_in"],
    *,
    where: Bool[Tensor, "text pos"] | None = None,
    rows_at_once: int = _runs.ROWS,
) -> Float[Tensor, "n text pos d_vocab"]:
    """Logits of runs in which each of several vectors is added at the autoencoder's place.

    Args:
        model: The model.
        sae: The autoencoder; it says where.
        tokens: Texts of equal length.
        shifts: What is added, for example doses times `sae.W_dec[latent]`.
        where: At which tokens; by default at all but the first of each text.
        rows_at_once: Texts in one forward pass, at most, those of all vectors together.

    Raises:
        ValueError: If the two do not fit each other, tokens are none of the model's, a width or a
            shape is wrong, or what a hook returns at the place would not reach the stream.
    """
    found = _runs.by_shift(model, sae, tokens, shifts, where=where, rows_at_once=rows_at_once)
    return torch.cat([*found])


@torch.no_grad()
def replaced(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Int[Tensor, "text pos"],
    latents: int | Sequence[int],
    *,
    values: Sequence[float | int],
    where: Bool[Tensor, "text pos"] | None = None,
    rows_at_once: int = _runs.ROWS,
) -> Float[Tensor, "value text pos d_vocab"]:
    """Logits of runs in which latents have another value; 0 takes them away.

    Args:
        model: The model.
        sae: The autoencoder.
        tokens: Texts of equal length.
        latents: One latent or several, which are all given the same value.
        values: A run for each.
        where: At which tokens; by default at all but the first of each text.
        rows_at_once: Texts in one forward pass, at most.

    Raises:
        ValueError: As `added`, or if there is no such latent, one is named twice, or no value is.
    """
    place = _runs.check_place(model, sae)
    listed = [latents] if isinstance(latents, int) else latents
    chosen = [autoencoder.check_latent(sae, latent, "latents") for latent in listed]
    if len({*chosen}) < len(chosen):
        validate.refuse(
            "latents",
            got=f"{chosen}, with one of them twice",
            expected="each latent once",
            fix="Leave the copy out: it would be moved twice.",
        )
    numbers, centred = _numbers(values, "values"), autoencoder.centred(sae)
    tokens, mask = _runs.masked(model, where, tokens)
    n_rows = validate.integer(rows_at_once, "rows_at_once", minimum=1)

    def run(value: float, rows: Tensor, changed: Tensor) -> Tensor:
        def change(x: Tensor, hook: Any) -> Tensor:  # noqa: ARG001
            flat = x.flatten(2)
            read = flat - flat.mean(-1, keepdim=True) if centred else flat
            old = sae.encode(read)[..., chosen]
            moved = ((value - old) * changed[..., None]) @ sae.W_dec[chosen]
            return (flat + moved).view(x.shape)

        return model.run_with_hooks(rows, fwd_hooks=[(place, change)]).cpu()

    parts = [*zip(tokens.split(n_rows), mask.split(n_rows), strict=True)]
    return torch.stack([torch.cat([run(value, *part) for part in parts]) for value in numbers])


@torch.no_grad()
def continued(
    model: LanguageModel,
    sae: Autoencoder,
    text: str,
    shift: Float[Tensor, " d_in"],
    *,
    words: int = 8,
    generator: torch.Generator | None = None,
) -> str:
    """A text as the model goes on with it while a vector is added at every token but the first.

    Args:
        model: The model.
        sae: The autoencoder; it says where.
        text: Beginning.
        shift: What is added, 0 for nothing.
        words: Tokens to add.
        generator: Source of chance; without one the likeliest token is taken each time.

    Raises:
        ValueError: As `added`, or if the text is unusable or would grow too long for the model.
    """
    tokens = models.tokens(model, text)
    validate.integer(words, "words", minimum=1, maximum=model.cfg.n_ctx - tokens.shape[1])
    for _ in range(words):
        logits = added(model, sae, tokens, shift[None])[0, 0, -1]
        if generator is None:
            following = logits.argmax()[None]
        else:
            chances = logits.softmax(-1)
            following = torch.multinomial(chances, 1, generator=validate.generator(generator))
        tokens = torch.cat((tokens, following.to(tokens)[None]), dim=1)
    return model.tokenizer.decode(tokens[0].tolist(), skip_special_tokens=True)


def _numbers(values: Sequence[float | int], name: str) -> list[float]:
    """Finite numbers, at least one."""
    if isinstance(values, str | Tensor) or not isinstance(values, Sequence) or not values:
        fix = f"Pass {name}=(0.0,)."
        validate.refuse(name, got=repr(values), expected="at least one number", fix=fix)
    return [validate.number(value, name) for value in values]
