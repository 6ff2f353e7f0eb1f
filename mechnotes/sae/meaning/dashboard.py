"""Everything that is known of each latent of a storybook autoencoder, as plain data.

For each latent: on which texts it fires and how often, which words its decoder row makes more and
less likely, how well it answers the five questions of `labels`, and which one property out of
several hundred describes it best. Labels and properties are chosen on every other text and scored
on the rest; examples are taken from all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder, latents
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import weights
from mechnotes.sae.examples import SHOWN, Examples, Shown, examples
from mechnotes.sae.meaning import labels, properties, specificity
from mechnotes.storybook.corpus import Passages

NOTHING = "never fires here"
"""Description of a latent that is zero on all the texts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelScore:
    """How well a latent answers one question, on texts that were not used to choose a threshold."""

    label: str
    """The question."""
    precision: float
    """Of the tokens where it says yes, the share where that is right; NaN where it says none."""
    recall: float
    """Of the tokens where yes is right, the share where it says so."""
    f1: float
    """Harmonic mean of the two."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Card:
    """What is known of one latent."""

    examples: Examples
    """Where it fires."""
    description: str
    """The property that comes nearest to where it fires; `NOTHING` if it never does."""
    precision: float
    """Of the tokens on which it fires, the share with that property, on texts that were not used to
    choose the property; NaN if it fires on none of them."""
    recall: float
    """Of the tokens with that property, the share on which it fires, on the same texts."""
    scores: tuple[LabelScore, ...]
    """The five questions."""
    raises: tuple[tuple[str, float], ...]
    """Words whose logit a unit of it raises most by the direct path, in units of the final norm's
    scale."""
    lowers: tuple[tuple[str, float], ...]
    """Words whose logit it lowers most, lowest first."""

    @property
    def latent(self) -> int:
        """Which latent."""
        return self.examples.latent

    @property
    def best(self) -> LabelScore:
        """The question that it answers best."""
        return max(self.scores, key=lambda score: score.f1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dashboard:
    """The latents of an autoencoder, and the texts that their examples come from."""

    texts: tuple[tuple[str, ...], ...]
    """Words of each text."""
    cards: tuple[Card, ...]
    """A card for each latent, in their order."""


def dashboard(
    model: LanguageModel,
    sae: Autoencoder,
    text: Passages,
    *,
    chosen: Sequence[int] | None = None,
    shown: Shown = SHOWN,
    n_words: int = 6,
) -> Dashboard:
    """Cards of an autoencoder's latents.

    Args:
        model: The storybook model that it was trained on.
        sae: The autoencoder.
        text: Passages with their labels.
        chosen: Which latents; all by default.
        shown: How many examples, and how much of them.
        n_words: How many words a latent makes more likely, and as many less.

    Raises:
        ValueError: If the autoencoder does not fit the model, there is no such latent, or the texts
            are too few to score labels on.
    """
    autoencoder.check_fits(model, sae)
    wanted = range(sae.cfg.d_sae) if chosen is None else chosen
    for latent in wanted:
        validate.integer(latent, "chosen", maximum=sae.cfg.d_sae - 1)
    found = latents.extract(model, sae, text.tokens)
    values = labels.flat(found.dense(latents=wanted))
    half = labels.first_half(text)
    scores = labels.score(values, labels.truth(text), chosen=half)
    known = properties.properties(text)
    described = specificity.describe(values, known.truth, chosen=half)
    promoted = weights.promoted_by_each(model, sae)
    cards = tuple(
        Card(
            examples=examples(found, latent, shown=shown),
            description=known.names[described.property[row]] if values[:, row].any() else NOTHING,
            precision=described.precision[row].item(),
            recall=described.recall[row].item(),
            scores=_scores(scores, row),
            raises=_words(model, promoted[latent], n_words),
            lowers=_words(model, -promoted[latent], n_words, sign=-1),
        )
        for row, latent in enumerate(wanted)
    )
    return Dashboard(texts=found.words, cards=cards)


def _scores(scores: labels.Scores, row: int) -> tuple[LabelScore, ...]:
    columns = (scores.precision[row], scores.recall[row], scores.f1[row])
    return tuple(
        LabelScore(label=label, precision=precision, recall=recall, f1=f1)
        for label, precision, recall, f1 in zip(
            labels.QUESTIONS, *(column.tolist() for column in columns), strict=True
        )
    )


def _words(
    model: LanguageModel, values: Float[Tensor, " d_vocab"], n: int, *, sign: int = 1
) -> tuple[tuple[str, float], ...]:
    return tuple((word, sign * value) for word, value in weights.top_words(model, values, n=n))
