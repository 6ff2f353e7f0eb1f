"""Does steering a mood's latent steer the mood, and a random direction not?

Three autoencoders of the stream after block 1, which differ in their seed alone. In each, the
latent is chosen on stories of one form: of all latents, for the happy or the angry mood, the one
that stands out most where a reaction is due. It is tried out on stories of another form that are of
other moods, by adding its direction at their last word; what is measured there is the probability
of all reactions of its mood. A dose of 1 adds its mean value in stories of its mood.

The bands are those of the site's list of numbers to reproduce. Choice, place and doses were settled
in a pilot with three other autoencoders (seeds 1000 to 1002).
"""

from functools import cache

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from mechnotes import models
from mechnotes._typing import LanguageModel
from mechnotes.claims import Band, Measured, claim
from mechnotes.sae import library
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.cases import LAYER, MODEL, SEEDS
from mechnotes.sae.effects import doses, moods
from mechnotes.sae.effects.doses import DoseResponse
from mechnotes.sae.effects.moods import Choice, Stories

DOSES = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0)
CONTROLS = 48
"""Random directions beside each latent."""
SOURCE = "the site's list of numbers, S0-22"
FIFTH = Band(low=0, high=0.2, unit="share of the latent's span")


@claim(
    id="N-SAE-9a",
    statement="The probability of matching reactions rises with every dose of a mood's latent",
    published="monotone over at least five doses",
    source=SOURCE,
    band=Band(low=1, high=1, unit="share of curves that rise at every step"),
    control_band=Band(low=0, high=0.9, unit="share of curves that rise at every step"),
    recorded="reproduced",
)
def monotone() -> Measured:
    """Worst of three autoencoders, five steps each. Control: share of 144 random directions."""
    found = [curve(seed) for seed in SEEDS]
    rising = [float((one.rises > 0).all()) for one in found]
    random = torch.cat([(one.control_mean.diff(dim=-1) > 0).all(-1) for one in found])
    return Measured.of_seeds(rising, min(rising), control=random.float().mean().item())


@claim(
    id="N-SAE-9b",
    statement="Random directions of the same length move it less than a fifth as far, on average",
    published="less than a fifth",
    source=SOURCE,
    band=FIFTH,
    control_band=Band(low=0.5, high=3, unit="share of the latent's span"),
    recorded="reproduced",
)
def random_directions() -> Measured:
    """Mean of 48 random directions, worst of three autoencoders.

    Control: a direction of the same length that is no latent's, from the mean stream of other
    stories to that of the mood's. It should do about as much, or the measure would not notice.
    """
    shares = [curve(seed).shares.mean().item() for seed in SEEDS]
    others = [span_of_means(seed) / curve(seed).span for seed in SEEDS]
    return Measured.of_seeds(shares, max(shares), control=sum(others) / len(others))


@claim(
    id="N-SAE-9c",
    statement="No single random direction of 48 moves it a fifth as far",
    published="less than a fifth",
    source=SOURCE,
    band=FIFTH,
    recorded="differs",
)
def largest_random_direction() -> Measured:
    """Largest of 48 random directions, worst of three autoencoders. Control: as above."""
    shares = [curve(seed).shares.max().item() for seed in SEEDS]
    others = [span_of_means(seed) / curve(seed).span for seed in SEEDS]
    return Measured.of_seeds(shares, max(shares), control=sum(others) / len(others))


@cache
def chosen(seed: int) -> Choice:
    """The latent of an autoencoder that is steered."""
    return moods.choose(model(), stored(seed))


@cache
def curve(seed: int) -> DoseResponse:
    """Steering one autoencoder's latent in the stories that the claims are about."""
    return response_to(seed, trial(chosen(seed).sentiment))


def response_to(seed: int, tokens: Int[Tensor, "text pos"]) -> DoseResponse:
    """Steering one autoencoder's latent at the last word of texts, beside 48 random directions."""
    choice = chosen(seed)
    return doses.dose_response(
        model(),
        stored(seed),
        choice.latent,
        tokens,
        words=moods.reactions(choice.sentiment),
        doses=DOSES,
        unit=choice.unit,
        where=last_word(tokens),
        n_controls=CONTROLS,
        seed=seed,
    )


def trial(sentiment: str) -> Int[Tensor, "text pos"]:
    """Stories of the other moods, cut off before the reaction."""
    told = moods.stories(48)
    return told.tokens[told.sentiment != moods.number(sentiment)]


def last_word(tokens: Int[Tensor, "text pos"]) -> Bool[Tensor, "text pos"]:
    """True at the last word of each text."""
    return torch.arange(tokens.shape[1]).expand(tokens.shape) == tokens.shape[1] - 1


@cache
def model() -> LanguageModel:
    """The model whose stories are steered."""
    return models.load(MODEL)


@cache
def stored(seed: int) -> Autoencoder:
    """One of the three autoencoders."""
    return library.load("storybook", f"block-{LAYER}-topk-512-seed-{seed}")


@cache
def span_of_means(seed: int) -> float:
    """Span of the direction from the mean of other stories to the mean of the mood's."""
    choice = chosen(seed)
    told: Stories = moods.stories(300, template=moods.CHOICE, seed=moods.CHOICE_SEED)
    ends = moods.ends(model(), stored(seed), told)
    mine = told.sentiment == moods.number(choice.sentiment)
    direction = ends[mine].mean(0) - ends[~mine].mean(0)
    direction *= choice.unit / direction.norm()
    tokens = trial(choice.sentiment)
    found = doses.probability(
        model(),
        stored(seed),
        tokens,
        torch.tensor(DOSES)[:, None] * direction,
        words=moods.reactions(choice.sentiment),
        where=last_word(tokens),
    ).mean(-1)
    return (found.max() - found.min()).item()
