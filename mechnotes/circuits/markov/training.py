"""How are models trained to learn a chain while they read it, and what is kept?

`train` trains all seeds of one architecture at once, each as if it were alone, on every symbol of
every text. What all seeds did on the way is kept as a curve, measured on 256 texts that they never
learnt from: `curve` is to be read beside the losses of `bayes` on the same texts (`watched`).
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng
from mechnotes.circuits.attention_only.fitting import fit
from mechnotes.circuits.attention_only.losses import losses
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.markov import chains
from mechnotes.circuits.markov import config as configs
from mechnotes.circuits.markov.config import CASES, MarkovConfig
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run

N_WATCHED = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedModels:
    """Attention-only models trained side by side on Markov chains."""

    config: MarkovConfig
    """What was trained."""
    stored: Weights
    """Final weights in half precision, as the file holds them; compute with `weights`."""
    curve: Float[Tensor, "entry seed"]
    """Loss on `watched` texts after each number of steps in `config.recorded`, in nats."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def weights(self) -> Weights:
        """The final weights in single precision."""
        return self.stored.each(lambda W: W.float())


@experiment(cases=CASES, minutes=4.0)
def train(config: MarkovConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedModels:
    """Train all seeds of a config.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; about 0.15 s a step for five models on two cores.
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not a MarkovConfig or the device is unknown.

    Source:
        Edelman et al. 2024, arXiv:2402.11004, for the task; sizes and optimiser are ours.
    """
    start = configs.checked(config).start(device=device)
    test = watched(config)

    def data_loss(weights: Weights, step: int) -> Float[Tensor, " seed"]:
        stream = rng.generator(config.seed, "data", step)
        tokens = _draw(config, config.batch_size, stream).to(weights.W_E.device)
        return losses(weights, tokens).mean((1, 2))

    fitted = fit(
        start,
        data_loss,
        steps=config.steps,
        learning_rate=config.learning_rate,
        every=config.every,
        run=Run() if run is None else run,
        rate=config.rate,
        measures=lambda weights, _step: {"watched": mean_loss(weights, test)},
    )
    return TrainedModels(
        config=config,
        stored=fitted.weights.each(lambda W: W.half()),
        curve=fitted.curves["watched"],
    )


def watched(config: MarkovConfig, *, n_texts: int = N_WATCHED) -> Int[Tensor, "text pos"]:
    """Texts that nobody is trained on."""
    return _draw(configs.checked(config), n_texts, rng.generator(config.seed, "watched"))


@torch.no_grad()
def mean_loss(weights: Weights, tokens: Int[Tensor, "text pos"]) -> Float[Tensor, " seed"]:
    """Mean loss of each model on some texts, in nats."""
    return losses(weights.each(lambda W: W.detach().cpu()), tokens).mean((1, 2))


def _draw(
    config: MarkovConfig, n_texts: int, generator: torch.Generator
) -> Int[Tensor, "text pos"]:
    return chains.draw(n_texts, d_vocab=config.d_vocab, n_pos=config.n_pos, generator=generator)
