"""What does a model lose when its activations pass through an autoencoder?

The activations at the autoencoder's place are replaced by their reconstruction, and the model
reads on. The loss it then has lies between the loss of the model as it is and that of a model which
is told nothing there; where between is the loss recovered. What "nothing" means has to be said, for
the two usual answers differ: the *zero* ablation puts zeros, the *mean* ablation the mean
activation. Which of them costs the model more differs from model to model, and either may cost more
than guessing: then even a poor reconstruction recovers nearly all. So look at the losses too.

The first token of each text keeps its activation in all four runs: autoencoders are not trained on
it (see `activations`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations, autoencoder
from mechnotes.sae.autoencoder import Autoencoder

Change = Callable[[Float[Tensor, "batch pos d_in"]], Float[Tensor, "batch pos d_in"]]
"""From the activations at a place to what takes their place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """Losses of four runs, in nats per predicted token."""

    clean: float
    """Nothing was changed."""
    spliced: float
    """Activations were replaced by their reconstruction."""
    zero: float
    """Activations were replaced by zeros."""
    mean: float
    """Activations were replaced by their mean over the same texts."""

    @property
    def over_mean(self) -> float:
        """Share of the loss between mean ablation and the clean run that is recovered.

        1 for a perfect reconstruction, 0 for the mean, below 0 for something worse.
        """
        return loss_recovered(clean=self.clean, spliced=self.spliced, ablated=self.mean)

    @property
    def over_zero(self) -> float:
        """The same between zero ablation and the clean run."""
        return loss_recovered(clean=self.clean, spliced=self.spliced, ablated=self.zero)


def loss_recovered(*, clean: float | int, spliced: float | int, ablated: float | int) -> float:
    """Share of the loss between an ablation and the clean run that a reconstruction recovers.

    Args:
        clean: Loss of the model as it is, in nats.
        spliced: Loss with the reconstruction in place.
        ablated: Loss with the ablation in place.

    Returns:
        (ablated - spliced) / (ablated - clean): 1 as good as no change, 0 as bad as the ablation.

    Raises:
        ValueError: If a loss is not finite, or the ablation changes nothing.
    """
    losses = {"clean": clean, "spliced": spliced, "ablated": ablated}
    low, between, high = (validate.number(value, name) for name, value in losses.items())
    if high == low:
        validate.refuse(
            "ablated",
            got=f"{ablated}, the clean run's loss",
            expected="an ablation that costs something",
            fix="Take a place that the model's answer depends on.",
        )
    return (high - between) / (high - low)


@torch.no_grad()
def recovered(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Int[Tensor, "batch pos"],
    *,
    rows_at_once: int = 64,
) -> Recovered:
    """Losses with and without an autoencoder in the model's way.

    Args:
        model: The model that the autoencoder was trained on.
        sae: The autoencoder.
        tokens: Texts of equal length, of at least three tokens.
        rows_at_once: Texts in one pass; bounds the memory.

    Raises:
        ValueError: If the autoencoder does not fit the model, or the tokens are unusable.
    """
    place = autoencoder.check_fits(model, sae)
    validate.integer(rows_at_once, "rows_at_once", minimum=1)
    tokens = activations.on_device(model, tokens)
    if tokens.shape[1] < 3:
        validate.refuse(
            "tokens",
            got=f"texts of {tokens.shape[1]} tokens",
            expected="at least three: the first is left alone, the last only predicted",
            fix="Take longer texts.",
        )
    rows = tokens.split(rows_at_once)
    average = _mean(model, place, rows)
    centred = autoencoder.centred(sae)

    def reconstruct(x: Tensor) -> Tensor:
        offset = x.mean(-1, keepdim=True) if centred else 0.0
        return sae.decode(sae.encode(x - offset)) + offset

    changes: dict[str, Change] = {
        "clean": lambda x: x,
        "spliced": reconstruct,
        "zero": torch.zeros_like,
        "mean": lambda x: average.expand_as(x),
    }
    n_predicted = tokens.shape[0] * (tokens.shape[1] - 1)
    losses = {
        name: sum(_loss(model, place, part, change) for part in rows) / n_predicted
        for name, change in changes.items()
    }
    return Recovered(**losses)


def _mean(model: LanguageModel, place: str, rows: tuple[Tensor, ...]) -> Float[Tensor, " d_in"]:
    """Mean activation over all tokens but the first of each text."""
    total, count = torch.zeros(()).double(), 0
    for part in rows:
        found = activations.collect(model, place, part, rows_at_once=len(part)).cpu()
        total, count = total + found.double().sum(0), count + len(found)
    return (total / count).float().to(model.cfg.device)


def _loss(model: LanguageModel, place: str, tokens: Tensor, change: Change) -> float:
    """Summed loss of predicting each token from those before it, in nats."""

    def put(activation: Tensor, hook: Any) -> Tensor:  # noqa: ARG001
        flat = activation[:, 1:].flatten(2).float()
        changed = change(flat).view(activation[:, 1:].shape).to(activation.dtype)
        return torch.cat((activation[:, :1], changed), dim=1)

    logits = model.run_with_hooks(tokens, fwd_hooks=[(place, put)])
    chances = logits[:, :-1].log_softmax(-1)
    return -chances.gather(2, tokens[:, 1:, None]).sum().item()
