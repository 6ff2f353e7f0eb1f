"""What does a latent say, as far as the weights tell?

A latent has two directions. Its decoder row is what it adds to the stream; read through the final
norm and the unembedding, the row gives a number for each word. Its encoder column is what it
listens to (see `writers`). The two differ, and to swap them is the classic mistake.

    weights.promoted(model, autoencoder, 7)       # [d_vocab], what latent 7 does to each logit

The final norm is not linear. Its scale is held fixed and its weights are applied, as in
`mechnotes.patching.direct`: then the answer is linear in the dose, needs no text, and the order of
the words depends on no scale at all. The alternative, the norm's derivative at some text, also
takes away what lies along that text's stream; it holds for small doses and for that text only. At
scale 1 the numbers are nats times the norm's scale; divide by a measured one (`final_scale`) for
nats.

Later blocks, which read what a latent adds too, are not seen from here: `steering` measures them.
"""

from typing import Any, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import hooks, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _places


@torch.no_grad()
def direction(model: LanguageModel, sae: Autoencoder, latent: int) -> Float[Tensor, " d_model"]:
    """What one unit of a latent adds to the residual stream.

    For an autoencoder of the stream this is its decoder row; for one of neurons, the row's mixture
    of the neurons' output rows.

    Raises:
        ValueError: If the two do not fit each other, or there is no such latent.
    """
    autoencoder.check_fits(model, sae)
    return _written(model, sae, sae.W_dec[autoencoder.check_latent(sae, latent)])


@torch.no_grad()
def promoted(
    model: LanguageModel, sae: Autoencoder, latent: int, *, scale: float | int = 1.0
) -> Float[Tensor, " d_vocab"]:
    """What one unit of a latent adds to the logit of each word directly, past all later blocks.

    The mean over the vocabulary is taken away, as it changes no probability: 0 is an average word.

    Args:
        model: The model.
        sae: An autoencoder of a residual stream or of an MLP's neurons.
        latent: Which latent.
        scale: Scale at which the final norm is held; 1 gives nats times the scale.

    Raises:
        ValueError: As `direction`, or if the scale is not above 0.
    """
    validate.number(scale, "scale", low=0.0, low_open=True)
    return _logits(model, direction(model, sae, latent)[None])[0] / scale


@torch.no_grad()
def promoted_by_each(model: LanguageModel, sae: Autoencoder) -> Float[Tensor, "latent d_vocab"]:
    """What `promoted` says of each latent, at scale 1, for all of them at once.

    Raises:
        ValueError: As `promoted`.
    """
    autoencoder.check_fits(model, sae)
    return _logits(model, _written(model, sae, sae.W_dec))


@torch.no_grad()
def unembedding(model: LanguageModel) -> Float[Tensor, "d_model d_vocab"]:
    """The unembedding with the final norm's weights in it: what reads the stream, at scale 1."""
    hooks.check_model(model)
    every = torch.eye(model.cfg.d_model, device=model.W_U.device)
    return _normed(model, every) @ model.W_U


@torch.no_grad()
def final_scale(
    model: LanguageModel, sae: Autoencoder, latent: int, tokens: Int[Tensor, "text pos"]
) -> float:
    """Mean scale of the final norm over the tokens on which a latent fires, the first left out.

    Raises:
        ValueError: As `direction`, or if the latent fires on none of these tokens.
    """
    autoencoder.check_latent(sae, latent)
    active = autoencoder.values(model, sae, tokens, latents=latent)[:, 1:] > 0
    if not active.any():
        validate.refuse(
            "tokens",
            got=f"texts on which latent {latent} of {autoencoder.hook_of(sae)} never fires",
            expected="at least one token on which it fires",
            fix="Pass more texts.",
        )
    name = "ln_final.hook_scale"
    _, cache = model.run_with_cache(tokens.to(active.device), names_filter=name)
    return cache[name][:, 1:, 0][active].mean().item()


@torch.no_grad()
def neurons(sae: Autoencoder, latent: int, *, n: int = 10) -> list[tuple[int, float]]:
    """Which neurons a latent of an autoencoder of neurons stands for, strongest first.

    Args:
        sae: An autoencoder of an MLP's neurons.
        latent: Which latent.
        n: How many, at most.

    Returns:
        Number of each neuron, and what one unit of the latent adds to it.

    Raises:
        ValueError: If it is an autoencoder of something else, or there is no such latent.
    """
    if _places.place_of(sae).site != "neurons":
        _places.refuse(sae, "the neurons of an MLP")
    row = sae.W_dec[autoencoder.check_latent(sae, latent)].detach().cpu()
    best = row.abs().topk(min(validate.integer(n, "n", minimum=1), len(row))).indices
    return [(int(i), row[i].item()) for i in best]


def paths(
    parts: Float[Tensor, "part d_in"],
    encoder: Float[Tensor, " d_in"],
    decoder: Float[Tensor, " d_in"],
    W_U: Float[Tensor, "d_in d_vocab"],
) -> Float[Tensor, "part d_vocab"]:
    """What one unit of each part adds to each word's logit by way of a latent that is active.

    Args:
        parts: What one unit of each part writes to the stream, for example rows of W_out.
        encoder: The latent's column of W_enc.
        decoder: The latent's row of W_dec.
        W_U: Unembedding; for a model with a final norm, `unembedding(model)`.

    Returns:
        In the unit of the logits per unit of the part. The mean over words is taken away, so rows
        sum to 0.

    Raises:
        ValueError: If the widths differ or something is not finite.
    """
    d_in = validate.shape(validate.finite(parts, "parts"), "parts", ("part", "d_in")).shape[1]
    for name, vector in (("encoder", encoder), ("decoder", decoder)):
        validate.shape(validate.finite(vector, name), name, ("d_in",), d_in=d_in)
    validate.shape(validate.finite(W_U, "W_U"), "W_U", ("d_in", "d_vocab"), d_in=d_in)
    logits = decoder @ W_U
    return torch.outer(parts @ encoder, logits - logits.mean())


def top_words(
    model: LanguageModel, values: Float[Tensor, " d_vocab"], *, n: int = 8
) -> list[tuple[str, float]]:
    """The words with the highest values, highest first; pass `-values` for the lowest.

    Raises:
        ValueError: If there is not one value for each word.
    """
    hooks.check_model(model)
    validate.shape(values, "values", ("d_vocab",), d_vocab=model.cfg.d_vocab)
    best = values.topk(min(validate.integer(n, "n", minimum=1), len(values)))
    names = model.tokenizer.convert_ids_to_tokens(best.indices.tolist())
    return list(zip(names, best.values.tolist(), strict=True))


def column(model: LanguageModel, sae: Autoencoder, latent: int) -> Float[Tensor, " d_in"]:
    """A latent's encoder column as it meets the model's own activations.

    Centring an activation and multiplying it by the column is multiplying it by the centred column.

    Raises:
        ValueError: As `direction`.
    """
    autoencoder.check_fits(model, sae)
    w = sae.W_enc[:, autoencoder.check_latent(sae, latent)].detach()
    return w - w.mean() if autoencoder.centred(sae) else w


def offset(sae: Autoencoder, latent: int) -> float:
    """A latent's pre-activation where the activation is 0: what the encoder's biases make of it.

    Raises:
        ValueError: If its encoder is no matrix and bias, or there is no such latent.
    """
    autoencoder.check_latent(sae, latent)
    bias = getattr(sae, "b_enc", None)
    if bias is None:
        _places.refuse(sae, "a kind whose encoder is a matrix and a bias")
    taken = bool(getattr(sae.cfg, "apply_b_dec_to_input", True))
    return (bias[latent] - taken * (sae.b_dec @ sae.W_enc[:, latent])).item()


def neuron_outputs(model: LanguageModel) -> Float[Tensor, "layer neuron d_model"]:
    """What one unit of each MLP neuron writes to the stream.

    Raises:
        ValueError: If the model has no MLPs of the ordinary kind in every block.
    """
    rows = getattr(hooks.check_model(model), "W_out", None)
    if rows is None or len(rows) != model.cfg.n_layers:
        validate.refuse(
            "model",
            got=f"{model.name}, whose blocks have no single output matrix of neurons",
            expected="a model with an ordinary MLP in every block",
            fix="Look at its heads, or take another model.",
        )
    return cast(Any, rows)


def _written(
    model: LanguageModel, sae: Autoencoder, rows: Float[Tensor, "*some d_in"]
) -> Float[Tensor, "*some d_model"]:
    """What decoder rows add to the residual stream."""
    place, rows = _places.place_of(sae), rows.detach()
    return rows @ neuron_outputs(model)[place.layer] if place.site == "neurons" else rows


def _logits(
    model: LanguageModel, vectors: Float[Tensor, "n d_model"]
) -> Float[Tensor, "n d_vocab"]:
    """What is added to each logit by the direct path at scale 1, less the mean over words."""
    logits = vectors @ unembedding(model)
    return (logits - logits.mean(1, keepdim=True)).cpu()


def _normed(
    model: LanguageModel, vectors: Float[Tensor, "n d_model"]
) -> Float[Tensor, "n d_model"]:
    """Vectors as the final norm hands them on at scale 1, its bias left out.

    A norm turns a vector of any length into one of fixed length: so a long copy is put in (beside
    which epsilon is nothing), the bias is taken from what comes out, and the length is put back.
    """
    if "RMS" not in (model.cfg.normalization_type or "RMS"):
        vectors = vectors - vectors.mean(-1, keepdim=True)
    size = vectors.square().mean(-1, keepdim=True).sqrt()
    long = 1e3 * vectors / size.clamp(min=torch.finfo(size.dtype).tiny)
    bias = model.ln_final(torch.zeros_like(vectors[None]))[0]
    return (model.ln_final(long[None])[0] - bias) * size
