"""How are models trained to continue repeating texts, and what is kept?

`train` trains all seeds of one architecture at once, each as if it were alone, on every token of
every text. Pages and tests recompute every number from the final weights and, for the first seed of
the models with two layers, from weights on the way:

    trained = experiments.load(training.train, "two-layers")
    reading.loss_on_repeats(trained.weights, texts)

What all seeds did on the way is kept as curves, measured while they were trained on 64 texts that
they never learnt from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng
from mechnotes.circuits import composition_scores
from mechnotes.circuits.attention_only.fitting import fit
from mechnotes.circuits.attention_only.losses import losses
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.induction import config as configs
from mechnotes.circuits.induction import reading, texts
from mechnotes.circuits.induction.config import CASES, InductionConfig
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run

N_WATCHED = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedModels:
    """Attention-only models trained side by side on repeating texts."""

    config: InductionConfig
    """What was trained."""
    stored: Weights
    """Final weights in half precision, as the file holds them; compute with `weights`."""
    stored_on_the_way: Weights | None
    """The first model after each number of steps in `config.keep`, in place of seeds."""
    curves: Mapping[str, Float[Tensor, "entry seed"]]
    """After each number of steps in `config.recorded`: "first_round" and "repeats", losses in nats;
    "previous_token" and "prefix_matching", scores of the best head; with two layers
    "composition", the K-composition score of the best previous-token head with the best
    prefix-matching head, in units of what random matrices have."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def weights(self) -> Weights:
        """The final weights in single precision."""
        return self.stored.each(lambda W: W.float())

    @property
    def on_the_way(self) -> Weights:
        """The kept weights of the first model in single precision; steps in place of seeds.

        Raises:
            ValueError: If none were kept.
        """
        if self.stored_on_the_way is None:
            raise ValueError("on_the_way: got none; expected kept weights. Load two-layers.")
        return self.stored_on_the_way.each(lambda W: W.float())


@experiment(cases=CASES, minutes=4.0)
def train(config: InductionConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedModels:
    """Train all seeds of a config.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; about 0.1 s a step for five models on two cores.
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not an InductionConfig or the device is unknown.

    Source:
        Olsson et al. 2022, In-context Learning and Induction Heads, for what to look at; sizes,
        data and optimiser are ours.
    """
    start = configs.checked(config).start(device=device)
    watched = drawn(config, "watched", n_texts=N_WATCHED)

    def loss(weights: Weights, step: int) -> Float[Tensor, " seed"]:
        tokens = drawn(config, "data", step, n_texts=config.batch_size).tokens
        return losses(weights, tokens.to(weights.W_E.device)).mean((1, 2))

    fitted = fit(
        start,
        loss,
        steps=config.steps,
        learning_rate=config.learning_rate,
        every=config.every,
        run=Run() if run is None else run,
        rate=config.rate,
        keep=config.keep,
        measures=lambda weights, _step: watch(weights, watched),
    )
    curves = {name: curve for name, curve in fitted.curves.items() if name != "loss"}
    return TrainedModels(
        config=config,
        stored=fitted.weights.each(lambda W: W.half()),
        stored_on_the_way=fitted.kept and fitted.kept.each(lambda W: W.half()),
        curves=curves,
    )


def drawn(config: InductionConfig, *stream: str | int, n_texts: int) -> texts.Texts:
    """Texts of a config from one of its random streams."""
    return texts.draw(
        n_texts,
        d_vocab=config.d_vocab,
        n_pos=config.n_pos,
        periods=config.periods,
        generator=rng.generator(config.seed, *stream),
    )


@torch.no_grad()
def watch(weights: Weights, watched: texts.Texts) -> dict[str, Float[Tensor, " seed"]]:
    """What is recorded on the way; see `TrainedModels.curves`."""
    weights = weights.each(lambda W: W.detach().cpu())
    before = reading.previous_token(weights, watched.tokens)
    after = reading.prefix_matching(weights, watched.tokens)
    found = {
        "first_round": reading.loss_in_first_round(weights, watched),
        "repeats": reading.loss_on_repeats(weights, watched),
        "previous_token": before.flatten(1).amax(1),
        "prefix_matching": after.flatten(1).amax(1),
    }
    if weights.n_layers == 2:
        scores = composition_scores.scores(weights)["K"] * weights.d_model**0.5
        each = torch.arange(weights.n_seeds)
        found["composition"] = scores[each, before[:, 0].argmax(1), after[:, 1].argmax(1)]
    return found
