"""Does the published course of learning in context show on models trained here?

Bands are those of the site's list of numbers to reproduce. Five models, on texts that nobody was
trained on; the best possible predictions are exact.
"""

from functools import cache

from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments
from mechnotes.circuits.markov import bayes, training
from mechnotes.circuits.markov.training import TrainedModels
from mechnotes.claims import Band, Measured, claim

EDELMAN = "Edelman et al. 2024, arXiv:2402.11004"
NEAR = 0.05
"""Nats within which a model counts as following a strategy."""


@claim(
    id="N-IH-4a",
    statement="Two layers of attention learn the best prediction for chains they never met",
    published="the loss of the bigram strategy",
    source=EDELMAN,
    band=Band(low=-0.01, high=0.03, unit="nats above the best possible"),
    control_band=Band(low=0.05, high=0.3, unit="nats above the best possible"),
    recorded="reproduced",
)
def distance_from_the_best() -> Measured:
    """Largest of five seeds. Control: the unigram strategy."""
    best, models = loss_of("bigram"), trained("two-layers")
    found = training.mean_loss(models.weights, training.watched(models.config)) - best
    each = found.tolist()
    return Measured.of_seeds(each, max(each), control=loss_of("unigram") - best)


@claim(
    id="N-IH-4b",
    statement="On the way they stay for a while at counting symbols",
    published="a plateau near the unigram strategy, before the bigram strategy is learnt",
    source=EDELMAN,
    band=Band(low=0.05, high=1, unit="of all steps within 0.05 nats"),
    control_band=Band(low=0, high=0.05, unit="of all steps within 0.05 nats"),
    recorded="reproduced",
)
def share_of_steps_at_unigrams() -> Measured:
    """Lowest of five seeds. Control: near an even guess."""
    each = steps_near("unigram").tolist()
    return Measured.of_seeds(each, min(each), control=steps_near("uniform").max().item())


@cache
def trained(case: str) -> TrainedModels:
    """The stored models of a case."""
    return experiments.load(training.train, case)


@cache
def loss_of(strategy: str) -> float:
    """Loss of a strategy of `bayes` on the watched texts, in nats."""
    config = trained("two-layers").config
    tokens = training.watched(config)
    return bayes.loss(tokens, getattr(bayes, strategy)(tokens, d_vocab=config.d_vocab))


def steps_near(strategy: str) -> Float[Tensor, " seed"]:
    """Share of all steps at which each model's loss is near that of a strategy."""
    return ((trained("two-layers").curve - loss_of(strategy)).abs() <= NEAR).float().mean(0)
