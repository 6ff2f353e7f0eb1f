"""What is trained on which language?

Everything in `BigramConfig` and nothing else; the language is drawn from it too. All seeds of a
case see the same texts and differ in their initial weights.

The cases about pairs speak ten words (`WORDS`), know no places, and have the narrowest heads that
can say two words apart. A pilot with other initial weights and texts (seed 1001 instead of 0) chose
sizes and steps.
"""

from dataclasses import dataclass

from mechnotes import validate
from mechnotes.circuits.bigrams import chains
from mechnotes.circuits.bigrams.chains import Language, Triple

WORDS = ("keep", "hold", "in", "at", "mind", "bay", "the", "a", "old", "new")
"""What the tokens are called in the cases about pairs."""
KEEP, HOLD, IN, AT, MIND, BAY = range(6)


@dataclass(frozen=True, kw_only=True, slots=True)
class BigramConfig:
    """Configuration of small models trained side by side on one language."""

    n_layers: int
    """Layers: 0 or more."""
    n_heads: int = 1
    """Heads in each layer."""
    d_model: int
    """Width of the stream."""
    d_head: int = 8
    """Width of a head."""
    n_tokens: int = 20
    """Tokens of the language."""
    concentration: float | int = 0.3
    """Of the chain's rows, see `chains.random_chain`; without meaning if sources come first."""
    triples: tuple[Triple, ...] = ()
    """Skip-trigrams of the language."""
    strength: float | int = 0.9
    """Probability with which a triple decides."""
    sources_first: bool = False
    """Whether sources only open texts and the rest is even, see `chains.opened_by_sources`."""
    positions: bool = True
    """Whether models know places; if not, all of `W_pos` is 0 and stays there."""
    n_pos: int = 16
    """Tokens that a model reads of each text."""
    n_texts: int = 64
    """Fresh texts in each step."""
    steps: int = 3_000
    """Optimiser steps; no weight decay."""
    learning_rate: float | int = 1e-2
    """Adam's learning rate: constant for half of the steps, then falling to 0 in a line."""
    initial_scale: float | int = 1.0
    """Standard deviation of all initial weights, in units of 1 / sqrt(d_model)."""
    n_seeds: int = 4
    """Models side by side, each with its own initial weights."""
    seed: int = 0
    """Seed of all random streams but the language's."""
    language_seed: int = 0
    """Seed of the chain."""
    curve_every: int = 50
    """Steps between two entries of the curves."""

    def __post_init__(self) -> None:
        validate.integer(self.n_layers, "n_layers")
        counts = ("n_heads", "d_model", "d_head", "n_texts", "steps", "n_seeds", "curve_every")
        for name in counts:
            validate.integer(getattr(self, name), name, minimum=1)
        validate.integer(self.n_tokens, "n_tokens", minimum=2)
        validate.integer(self.n_pos, "n_pos", minimum=2)
        for name in ("learning_rate", "initial_scale"):
            validate.number(getattr(self, name), name, low=0.0, low_open=True)
        for name in ("seed", "language_seed"):
            validate.seed(getattr(self, name), name)
        for name in ("sources_first", "positions"):
            validate.choice(getattr(self, name), name, (False, True))
        language(self)

    @property
    def curve_steps(self) -> tuple[int, ...]:
        """Numbers of steps done at which the curves have an entry, from 0."""
        return tuple(range(0, self.steps, self.curve_every))


def language(config: BigramConfig) -> Language:
    """The language that the models of a config learn.

    Raises:
        ValueError: If the config is none, or its language is not possible.
    """
    c = checked(config)
    if c.sources_first:
        return chains.opened_by_sources(c.n_tokens, c.triples, strength=c.strength)
    chain = chains.random_chain(c.n_tokens, concentration=c.concentration, seed=c.language_seed)
    return Language(transitions=chain.transitions, triples=c.triples, strength=c.strength)


def checked(config: object) -> BigramConfig:
    """Check that `config` is a BigramConfig.

    Raises:
        ValueError: If it is something else, such as a case's name.
    """
    if not isinstance(config, BigramConfig):
        validate.refuse(
            "config",
            got=repr(config),
            expected="a BigramConfig",
            fix='Pass one of config.CASES, for example config.CASES["zero-layers"].',
        )
    return config


def _pairs(*triples: Triple, n_heads: int = 1, n_seeds: int = 8) -> BigramConfig:
    """A case about pairs."""
    return BigramConfig(
        n_layers=1,
        n_heads=n_heads,
        d_model=16,
        d_head=2,
        n_tokens=len(WORDS),
        triples=triples,
        sources_first=True,
        positions=False,
        n_pos=10,
        steps=1_500,
        n_seeds=n_seeds,
    )


PAIRS = ((KEEP, IN, MIND), (KEEP, AT, BAY))
"""One source, two destinations."""
CROSSED = (*PAIRS, (HOLD, IN, BAY), (HOLD, AT, MIND))
"""The same, and another source that wants the opposite."""
TWO_SOURCES = ((KEEP, IN, MIND), (HOLD, IN, BAY))
"""Two sources, one destination."""
EIGHT = (
    *((0, 8, 12), (0, 9, 13), (1, 8, 14), (1, 10, 15)),
    *((2, 9, 16), (2, 11, 17), (3, 10, 18), (3, 11, 19)),
)
"""Four sources, four destinations, eight outputs."""

CASES = {
    "zero-layers": BigramConfig(n_layers=0, d_model=24, initial_scale=0.5),
    "zero-layers-narrow": BigramConfig(n_layers=0, d_model=6, initial_scale=0.5),
    "one-layer-skip-trigrams": BigramConfig(
        n_layers=1,
        n_heads=4,
        d_model=32,
        concentration=1.0,
        triples=EIGHT,
        n_seeds=3,
        steps=1_500,
    ),
    "one-head-two-pairs": _pairs(*PAIRS, n_seeds=24),
    "one-head-two-sources": _pairs(*TWO_SOURCES),
    "one-head-crossed": _pairs(*CROSSED),
    "two-heads-crossed": _pairs(*CROSSED, n_heads=2),
}
"""What `training.train` is pre-run for."""
