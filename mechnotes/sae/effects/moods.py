"""Which latent stands for a mood that is about to show, and where can it be tried out?

In the storybook's stories of feelings somebody finds or loses something, and later cheers or
stamps accordingly. Right before the word that shows the mood the model must know the mood; a latent
that is strong there in stories of one mood, and weak in the others, may be what carries it. It is
chosen on stories of one form and tried out on stories of another form, with other words drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.storybook import corpus, feelings, grammar, words
from mechnotes.storybook.templates import Template

CHOICE, TRIAL = feelings.TEMPLATES[2], feelings.TEMPLATES[1]
"""Forms of the stories on which a latent is chosen ("... it was a dry day . he laughed") and on
which it is tried out ("at the farm Tom found a ring . he laughed")."""
OF_TWO = tuple(template for template in feelings.OF_TWO if "{one} {reaction} ." in template.name)
"""Stories of two people of different moods, in which the name decides whose is due."""
CHOICE_SEED, TRIAL_SEED = 6000, 7000
"""Seeds of those stories."""
EVENT = 1 + TRIAL.name.split().index("{event}")
"""Position in a story of the second form at which its event stands; `<bos>` is position 0."""
EVENTS = words.EVENTS
"""Events of each mood."""
MOODS = words.SENTIMENTS
"""All moods, in the order of their numbers."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stories:
    """Stories up to the word after which a reaction is due, which is the last."""

    tokens: Int[Tensor, "text pos"]
    """Token numbers; the first of each is `<bos>`."""
    sentiment: Int[Tensor, " text"]
    """Mood of the reaction that is due, an index into `words.SENTIMENTS`."""

    def of(self, sentiment: str) -> Int[Tensor, "some pos"]:
        """Tokens of the stories with one mood.

        Raises:
            ValueError: If there is no such mood.
        """
        return self.tokens[self.sentiment == number(sentiment)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A latent that was chosen for a mood, by its values where a reaction is due."""

    latent: int
    """Its number."""
    sentiment: str
    """The mood."""
    unit: float
    """Its mean value in stories of the mood."""
    elsewhere: float
    """The larger of its mean values in stories of the other two moods."""
    fires: float
    """Share of the mood's stories in which it fires."""
    fires_elsewhere: float
    """Share of the other stories in which it fires."""


def stories(n: int = 96, *, template: Template = TRIAL, seed: int = TRIAL_SEED) -> Stories:
    """Stories of one form, of all moods, cut off before the reaction.

    Args:
        n: How many.
        template: Their form, one of `feelings.TEMPLATES` with a reaction in it.
        seed: Draws them.

    Raises:
        ValueError: If a number is no count or no seed, or the form has no reaction.
    """
    if not isinstance(template, Template) or "{reaction}" not in template.name:
        validate.refuse(
            "template",
            got=getattr(template, "name", repr(template)),
            expected="a story of feelings in which somebody reacts",
            fix="Take moods.TRIAL, moods.CHOICE or one of moods.OF_TWO.",
        )
    text = corpus.passages(
        n,
        generator=rng.generator(validate.seed(seed), "stories"),
        n_ctx=1 + len(template.name.split()),
        templates=(template,),
    )
    due = text.roles[0].index("reaction")
    return Stories(tokens=text.tokens[:, :due], sentiment=text.labels["sentiment"][:, due])


def reactions(sentiment: str) -> Int[Tensor, " word"]:
    """Token numbers of the words with which a mood shows.

    Raises:
        ValueError: If there is no such mood.
    """
    number(sentiment)
    vocabulary = grammar.vocabulary()
    return torch.tensor([vocabulary.index(word) for word in words.REACTIONS[sentiment]])


@torch.no_grad()
def ends(model: LanguageModel, sae: Autoencoder, told: Stories) -> Float[Tensor, "text d_in"]:
    """Activations, as the autoencoder reads them, at the last word of each story.

    Raises:
        ValueError: If the two do not fit each other.
    """
    autoencoder.check_fits(model, sae)
    return autoencoder.read(model, sae, told.tokens)[:, -1]


@torch.no_grad()
def choose(
    model: LanguageModel,
    sae: Autoencoder,
    *,
    sentiments: Sequence[str] = ("happy", "angry"),
    n: int = 300,
    seed: int = CHOICE_SEED,
) -> Choice:
    """The latent that stands out most in stories of one mood, where the reaction is due.

    What counts is its mean value in the mood's stories less the larger of its means in the other
    two: decoder rows have length 1, so that is how far it moves the stream in these stories alone.

    Args:
        model: A storybook model.
        sae: Its autoencoder.
        sentiments: Moods to choose among.
        n: Stories to choose on.
        seed: Draws them.

    Raises:
        ValueError: If there is no such mood, a number is out of range, or the two do not fit.
    """
    told = stories(n, template=CHOICE, seed=seed)
    values = sae.encode(ends(model, sae, told))
    moods = range(len(words.SENTIMENTS))
    _check_every_mood(told)
    means = torch.stack([values[told.sentiment == mood].mean(0) for mood in moods])
    found = []
    for sentiment in sentiments:
        own = number(sentiment)
        others = means[[mood for mood in moods if mood != own]].amax(0)
        latent = int((means[own] - others).argmax())
        fires = values[:, latent] > 0
        mine = told.sentiment == own
        found.append(
            Choice(
                latent=latent,
                sentiment=sentiment,
                unit=means[own, latent].item(),
                elsewhere=others[latent].item(),
                fires=fires[mine].float().mean().item(),
                fires_elsewhere=fires[~mine].float().mean().item(),
            )
        )
    return max(found, key=lambda one: one.unit - one.elsewhere)


def number(sentiment: str) -> int:
    """Index of a mood in `words.SENTIMENTS`.

    Raises:
        ValueError: If there is no such mood.
    """
    return words.SENTIMENTS.index(validate.choice(sentiment, "sentiment", words.SENTIMENTS))


def _check_every_mood(told: Stories) -> None:
    absent = [name for name in words.SENTIMENTS if not (told.sentiment == number(name)).any()]
    if absent:
        validate.refuse(
            "n",
            got=f"{len(told.sentiment)} stories, of which none is {' or '.join(absent)}",
            expected="stories of every mood",
            fix="Draw more: n=300.",
        )
