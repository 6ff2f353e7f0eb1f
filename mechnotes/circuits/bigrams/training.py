"""How are the small models trained, and what is kept?

    trained = experiments.load(training.train, "zero-layers")
    table = tables.bigram_table(trained.weights)

Every step draws fresh texts, so there is nothing to learn by heart. In languages where sources come
first, `wanted` and `unwanted` are recorded on the way, as `uplifts.leak` says, on texts that are
drawn once.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits.attention_only import fitting, model
from mechnotes.circuits.attention_only import weights as stacks
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.bigrams import chains, sampling, uplifts
from mechnotes.circuits.bigrams.config import CASES, BigramConfig, checked, language
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run

PROBES = 64
"""Texts on which leaks are measured during training."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedBigrams:
    """Small models trained side by side, on the CPU."""

    config: BigramConfig
    """What was trained."""
    stored: Weights
    """Final weights in half precision, as the file holds them; compute with `weights`."""
    loss_curve: Float[Tensor, "entry seed"]
    """Loss in nats before each step in `config.curve_steps`, on that step's texts."""
    wanted_curve: Float[Tensor, "entry seed"]
    """Mean over triples of `Leak.wanted`; NaN unless sources come first."""
    unwanted_curve: Float[Tensor, "entry seed"]
    """Mean over triples of `Leak.unwanted`; NaN unless sources come first."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def weights(self) -> Weights:
        """The final weights in single precision."""
        return self.stored.each(lambda W: W.float())


@experiment(cases=CASES, minutes=0.5)
def train(config: BigramConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedBigrams:
    """Train all seeds of a config.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; about 10 ms a step on one core.
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights.

    Raises:
        ValueError: If the config is not a BigramConfig or the device is unknown.

    Source:
        Elhage et al. 2021, for the architectures; languages, optimiser and sizes are ours.
    """
    spoken = language(checked(config))
    probes = probe_texts(config)

    def loss(weights: Weights, step: int) -> Float[Tensor, " seed"]:
        generator = rng.generator(config.seed, "texts", step)
        texts = sampling.sample(spoken, config.n_texts, config.n_pos + 1, generator=generator)
        return _training_loss(weights, texts, config)

    def measures(weights: Weights, _step: int) -> Mapping[str, Float[Tensor, " seed"]]:
        if not config.sources_first:
            nothing = torch.full((config.n_seeds,), torch.nan)
            return {"wanted": nothing, "unwanted": nothing}
        found = measured_leak(weights, config, probes)
        return {"wanted": found.wanted.mean(dim=1), "unwanted": found.unwanted.mean(dim=1)}

    fitted = fitting.fit(
        initial_weights(config, device=device),
        loss,
        steps=config.steps,
        learning_rate=config.learning_rate,
        every=config.curve_every,
        run=Run() if run is None else run,
        rate=lambda step: min(1.0, 2 * (config.steps - step) / config.steps),
        measures=measures,
    )
    return TrainedBigrams(
        config=config,
        stored=fitted.weights.each(lambda W: W.half()),
        loss_curve=fitted.curves["loss"],
        wanted_curve=fitted.curves["wanted"],
        unwanted_curve=fitted.curves["unwanted"],
    )


def _training_loss(
    weights: Weights, texts: Int[Tensor, "text pos"], config: BigramConfig
) -> Float[Tensor, " seed"]:
    """Loss of one step; models without positions read as if all were 0."""
    if not config.positions:
        weights = dataclasses.replace(weights, W_pos=0 * weights.W_pos)
    return text_loss(weights, texts.to(weights.W_E.device))


def initial_weights(config: BigramConfig, *, device: str = "cpu") -> Weights:
    """Draw the weights that training starts from, as `config.initial_scale` says.

    Raises:
        ValueError: If the config is not a BigramConfig or the device is unknown.
    """
    sizes = {
        "d_vocab": checked(config).n_tokens,
        "pos": config.n_pos,
        "layer": config.n_layers,
        "head": config.n_heads,
        "d_model": config.d_model,
        "d_head": config.d_head,
    }
    deviation = config.initial_scale / config.d_model**0.5
    drawn = stacks.initial(
        sizes, n_seeds=config.n_seeds, deviation=deviation, seed=config.seed, device=device
    )
    return dataclasses.replace(drawn, W_pos=drawn.W_pos * config.positions)


def text_loss(weights: Weights, texts: Int[Tensor, "text pos"]) -> Float[Tensor, " seed"]:
    """Cross-entropy of each next token, averaged over texts and positions, in nats.

    Args:
        weights: The models.
        texts: Texts, one token longer than what the models read.

    Raises:
        ValueError: If the weights are none or the texts do not fit them.
    """
    axes = ("text", "pos")
    if validate.shape(texts, "texts", axes).shape[1] < 2:
        validate.refuse(
            "texts",
            got="texts of one token",
            expected="at least two: one to read and one to predict",
            fix="Draw longer texts.",
        )
    log_probs = model.logits(weights, texts[:, :-1]).log_softmax(dim=-1)
    right = texts[None, :, 1:, None].expand(weights.n_seeds, -1, -1, -1)
    return -log_probs.gather(-1, right)[..., 0].mean(dim=(1, 2))


def probe_texts(config: BigramConfig) -> Int[Tensor, "text pos"]:
    """Texts of the language without its triples, opened by a word that is in none of them.

    Raises:
        ValueError: If the config is not a BigramConfig.
    """
    plain = chains.Language(transitions=language(checked(config)).transitions)
    generator = rng.generator(config.seed, "probes")
    texts = sampling.sample(plain, PROBES, config.n_pos, generator=generator)
    used = {token for one in config.triples for token in one}
    free = [token for token in range(config.n_tokens) if token not in used]
    texts[:, 0] = torch.tensor([free[i % len(free)] for i in range(PROBES)])
    return texts


def measured_leak(
    weights: Weights, config: BigramConfig, texts: Int[Tensor, "text pos"]
) -> uplifts.Leak:
    """Leaks of models whose language has its sources in the first place.

    Raises:
        ValueError: If the weights, the config or the texts do not fit each other.
    """
    n_tokens = checked(config).n_tokens
    sampling.checked_texts(texts, n_tokens=n_tokens, shortest=2)
    places = torch.zeros(len(texts), dtype=torch.int64)
    destinations = sorted({destination for _, destination, _ in config.triples})
    shape = (stacks.checked(weights).n_seeds, n_tokens, n_tokens, n_tokens)
    found = torch.zeros(shape)
    for destination in destinations:
        row = uplifts.measured(weights, texts, places, destination=destination)
        found[:, destination] = row.cpu()
    return uplifts.leak(found, config.triples)


def checked_result(trained: object) -> TrainedBigrams:
    """Check that `trained` is what `train` gives.

    Raises:
        ValueError: If it is something else, such as its weights.
    """
    if not isinstance(trained, TrainedBigrams):
        validate.refuse(
            "trained",
            got=type(trained).__name__,
            expected="TrainedBigrams",
            fix='Pass experiments.load(training.train, "one-head-two-pairs").',
        )
    return trained
