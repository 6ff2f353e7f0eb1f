"""What does each part write into the answer, without a detour?

The residual stream is a sum: the embedding, each head's output, each MLP's, and biases. With the
scale of the final norm held at what it was, the logits are linear in this sum, so the difference of
two logits is a sum of as many terms. `contributions` gives them all: they add up to the logit
difference exactly. They say what is written, not what the model would do without it: a later part
that reads the same head is not seen.

`lens` reads the stream of every layer as if it were the last.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits (direct paths);
    nostalgebraist 2020, interpreting GPT: the logit lens.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import hooks, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _checks, _crossing, _resuming, _runs, _token_checks, _tokens
from mechnotes.patching._token_checks import on
from mechnotes.prompts import Pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class Contributions:
    """Terms of a logit difference, in nats, for each pair of prompts."""

    embedding: Float[Tensor, " pair"]
    """What enters the first block at the last position."""
    heads: Float[Tensor, "layer head pair"]
    """What each head writes there."""
    attention_bias: Float[Tensor, "layer pair"]
    """What the biases of attention's output write."""
    mlps: Float[Tensor, "layer pair"]
    """What each MLP writes."""
    rest: Float[Tensor, " pair"]
    """Bias of the logits themselves."""
    logit_diff: Float[Tensor, " pair"]
    """The logit difference, from the model's own logits; the sum of all terms."""

    def total(self) -> Float[Tensor, " pair"]:
        """Sum of all terms, in nats."""
        parts = (self.heads.sum((0, 1)), self.attention_bias.sum(0), self.mlps.sum(0))
        return self.embedding + sum(parts) + self.rest


@torch.no_grad()
def contributions(model: LanguageModel, pairs: Pairs) -> Contributions:
    """What each part adds to the logit of the answer less that of the wrong one, in clean runs.

    Args:
        model: A model with folded layer norms: `models.load(..., folded=True)`.
        pairs: Prompts and answers; the corrupted prompts are checked like the others, and not run.

    Raises:
        ValueError: If the model's norms are not folded, or the pairs do not fit it.
    """
    _checks.pairs(model, pairs)
    _check_folded(model)
    n_layers = model.cfg.n_layers
    sites = [(site, layer) for site in ("z", "attn_out", "mlp_out") for layer in range(n_layers)]
    names = [hooks.name(model, site, layer=layer) for site, layer in sites]
    run = _runs.run(model, on(model, pairs.clean), extra=[*names, "ln_final.hook_scale"])
    read = _readout(model, run, pairs)  # [pair, d_model]
    at_end = {key: run.cache[name][:, -1] for key, name in zip(sites, names, strict=True)}
    heads, biases, mlps = [], [], []
    for layer in range(n_layers):
        written = torch.einsum("phz,hzd->hpd", at_end["z", layer], model.W_O[layer])
        heads.append((written * read).sum(-1))
        biases.append(((at_end["attn_out", layer] - written.sum(0)) * read).sum(-1))
        mlps.append((at_end["mlp_out", layer] * read).sum(-1))
    answers, wrong = on(model, pairs.answers), on(model, pairs.wrong)
    rows = torch.arange(len(answers), device=answers.device)
    return Contributions(
        embedding=(run.stream(0)[:, -1] * read).sum(-1).cpu(),
        heads=torch.stack(heads).cpu(),
        attention_bias=torch.stack(biases).cpu(),
        mlps=torch.stack(mlps).cpu(),
        rest=(model.b_U[answers] - model.b_U[wrong]).cpu(),
        logit_diff=(run.logits[rows, answers] - run.logits[rows, wrong]).cpu(),
    )


@torch.no_grad()
def lens(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "stream batch d_vocab"]:
    """Logits at the last position, read from the stream that enters each layer and leaves the last.

    Args:
        model: The model.
        tokens: Token numbers of texts of equal length.

    Returns:
        Logits for `n_layers` + 1 streams; the last are the model's own.

    Raises:
        ValueError: If the tokens are not [batch, pos], not of this model or too many for it, or
            the model has hooks left on it.
    """
    tokens = _token_checks.tokens(hooks.check_model(model), tokens, "tokens")
    run, (n_texts, n_pos) = _runs.run(model, tokens), tokens.shape
    rows = torch.arange(n_texts, device=tokens.device)
    last = _tokens.pack(rows, torch.full_like(rows, n_pos - 1), n_pos)
    top = model.cfg.n_layers
    normed = _resuming.resume(
        run,
        [
            _crossing.Entrance(layer=top, tokens=last, stream=run.stream(layer)[:, -1])
            for layer in range(top + 1)
        ],
    )
    return (normed.view(top + 1, n_texts, -1) @ model.W_U + model.b_U).cpu()


def _readout(
    model: LanguageModel, run: _runs.BaseRun, pairs: Pairs
) -> Float[Tensor, "pair d_model"]:
    """Direction of the stream that the logit difference reads, divided by the norm's scale."""
    answers, wrong = on(model, pairs.answers), on(model, pairs.wrong)
    direction = (model.W_U[:, answers] - model.W_U[:, wrong]).T
    if model.cfg.normalization_type and "RMS" not in model.cfg.normalization_type:
        direction = direction - direction.mean(-1, keepdim=True)  # the norm takes away the mean
    return direction / run.cache["ln_final.hook_scale"][:, -1]


def _check_folded(model: LanguageModel) -> None:
    if not getattr(model, "folded", False):
        validate.refuse(
            "model",
            got="a model whose layer norms are not folded",
            expected="one whose unembedding holds the final norm's weights",
            fix="Load it with models.load(..., folded=True).",
        )
