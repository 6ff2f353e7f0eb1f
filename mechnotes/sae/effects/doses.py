"""How does the answer depend on the dose, and what would any other push of that length do?

A dose-response curve adds a latent's direction in growing multiples of its mean active value and
measures, where certain words are due, the probability that the model gives to them all. Beside it
stand random directions of the same length at the same doses (norm-matched controls): the model's
answer to being pushed at all. Only what goes beyond them is due to where the latent points.

    curve = doses.dose_response(model, autoencoder, 7, tokens, words=happy, doses=(0, 1, 2, 4))
    curve.mean, curve.control_mean, curve.shares
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import hooks, rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _token_checks
from mechnotes.sae import autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _runs, steering

Respond = Callable[[Float[Tensor, "n d_in"]], Float[Tensor, "n *rest"]]
"""From what is added to the activations, to something measured of the model: one for each row."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseResponse:
    """Probability of some words at each dose of a direction, and of random ones."""

    doses: Float[Tensor, " dose"]
    """In multiples of `unit`."""
    unit: float
    """What a dose of 1 adds to the latent: its mean active value."""
    probability: Float[Tensor, "dose text"]
    """Probability of all words together where they are due."""
    controls: Float[Tensor, "control dose text"]
    """The same with random directions of equal length."""

    @property
    def mean(self) -> Float[Tensor, " dose"]:
        """Mean probability over texts."""
        return self.probability.mean(-1)

    @property
    def control_mean(self) -> Float[Tensor, "control dose"]:
        """Mean probability over texts for each random direction."""
        return self.controls.mean(-1)

    @property
    def rises(self) -> Float[Tensor, " step"]:
        """How much each dose adds to the one before; all of one sign if the curve is monotone."""
        return self.mean.diff()

    @property
    def span(self) -> float:
        """Largest less smallest mean probability over the doses."""
        return (self.mean.max() - self.mean.min()).item()

    @property
    def shares(self) -> Float[Tensor, " control"]:
        """Span of each random direction as a share of the latent's; 1 means it does as much."""
        low, high = self.control_mean.amin(-1), self.control_mean.amax(-1)
        return (high - low) / self.span


def dose_response(
    model: LanguageModel,
    sae: Autoencoder,
    latent: int,
    tokens: Int[Tensor, "text pos"],
    *,
    words: Int[Tensor, " word"],
    doses: Sequence[float | int] = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0),
    unit: float | None = None,
    due: Int[Tensor, " text"] | None = None,
    where: Bool[Tensor, "text pos"] | None = None,
    n_controls: int = 8,
    seed: int = 0,
) -> DoseResponse:
    """Probability of some words against the dose of a latent, beside random directions.

    Args:
        model: The model.
        sae: Its autoencoder.
        latent: Which latent.
        tokens: Texts of equal length.
        words: Token numbers whose probabilities are added up.
        doses: In multiples of `unit`; negative ones take away.
        unit: What a dose of 1 adds to the latent; by default its mean active value on these texts.
        due: Position of each text after which the words are due; by default the last.
        where: Tokens that are changed; by default all but the first of each text.
        n_controls: Random directions.
        seed: Draws them.

    Raises:
        ValueError: If the two do not fit each other, or an argument is out of range; without `unit`
            also if the latent never fires on these texts.
    """
    numbers = torch.tensor([validate.number(dose, "doses") for dose in doses])
    validate.integer(n_controls, "n_controls", minimum=1)
    autoencoder.check_fits(model, sae)
    autoencoder.check_latent(sae, latent)
    if unit is None:
        unit = steering.levels(model, sae, latent, tokens).active
    _check_unit(unit)
    direction = unit * sae.W_dec[latent].detach()
    noise = torch.randn(
        n_controls, len(direction), generator=rng.generator(validate.seed(seed), "controls")
    )

    def respond(shifts: Tensor) -> Tensor:
        return probability(model, sae, tokens, shifts, words=words, due=due, where=where)

    found = response(respond, direction, noise.to(direction), doses=numbers.to(direction))
    return DoseResponse(doses=numbers, unit=unit, probability=found[0], controls=found[1:])


def _check_unit(unit: object) -> None:
    if validate.number(unit, "unit") == 0:
        validate.refuse(
            "unit", got="0", expected="another number", fix="Leave it out for the mean value."
        )


def probability(
    model: LanguageModel,
    sae: Autoencoder,
    tokens: Int[Tensor, "text pos"],
    shifts: Float[Tensor, "n d_in"],
    *,
    words: Int[Tensor, " word"],
    due: Int[Tensor, " text"] | None = None,
    where: Bool[Tensor, "text pos"] | None = None,
) -> Float[Tensor, "n text"]:
    """Probability of some words together, in runs in which each of several vectors is added.

    Args:
        model: The model.
        sae: Its autoencoder, which says where.
        tokens: Texts of equal length.
        shifts: What is added.
        words: Token numbers whose probabilities are added up.
        due: Position of each text after which the words are due; by default the last.
        where: Tokens that are changed; by default all but the first of each text.

    Raises:
        ValueError: As `steering.added`, or if a word or a position is none.
    """
    tokens = _token_checks.tokens(hooks.check_model(model), tokens, "tokens")
    _token_checks.integers(words, "words", "one number for each word")
    chosen = _token_checks.known(model, words, "words").cpu()
    if len(chosen.unique()) < len(chosen):
        validate.refuse(
            "words",
            got=f"{chosen.tolist()}, with a word twice",
            expected="each word once",
            fix="Take words.unique(): probabilities are added up.",
        )
    n_texts, n_pos = tokens.shape
    at = torch.full((n_texts,), n_pos - 1) if due is None else due.cpu()
    _token_checks.positions(at, "due", n_texts=n_texts, n_pos=n_pos)
    if len(shifts) < n_texts:
        runs = _runs.by_shift(model, sae, tokens, shifts, where=where)
        return torch.cat(
            [_together(logits[:, torch.arange(n_texts), at], chosen) for logits in runs]
        )
    runs = _runs.by_text(model, sae, tokens, shifts, where=where)
    ends = zip(runs, at.tolist(), strict=True)
    return torch.stack([_together(logits[:, pos], chosen) for logits, pos in ends], dim=1)


def _together(logits: Float[Tensor, "*run d_vocab"], words: Tensor) -> Float[Tensor, "*run"]:
    """Probability of some words together."""
    return logits.softmax(-1)[..., words].sum(-1)


def matched(
    noise: Float[Tensor, "control d_in"], direction: Float[Tensor, " d_in"]
) -> Float[Tensor, "control d_in"]:
    """Vectors at the length of a direction."""
    return noise / noise.norm(dim=1, keepdim=True) * direction.norm()


def response(
    respond: Respond,
    direction: Float[Tensor, " d_in"],
    noise: Float[Tensor, "control d_in"],
    *,
    doses: Float[Tensor, " dose"],
) -> Float[Tensor, "direction dose *rest"]:
    """What is measured at each dose of a direction, and of random ones of the same length.

    Args:
        respond: From what is added to the activations to what is measured, row by row.
        direction: What a dose of 1 adds.
        noise: Vectors of any length, for example drawn from a normal distribution: only where they
            point counts.
        doses: How many times the direction is added.

    Returns:
        First row: the direction. Then a row for each vector of noise.

    Raises:
        ValueError: If widths differ, something is not finite, or a vector of noise is zero.
    """
    width = len(validate.shape(validate.finite(direction, "direction"), "direction", ("d_in",)))
    validate.shape(validate.finite(noise, "noise"), "noise", ("control", "d_in"), d_in=width)
    validate.shape(validate.finite(doses, "doses"), "doses", ("dose",))
    if not noise.norm(dim=1).all():
        validate.refuse(
            "noise",
            got="a vector of length 0",
            expected="vectors that point somewhere",
            fix="Draw them from a normal distribution.",
        )
    rows = torch.cat((direction[None], matched(noise, direction)))
    shifts = doses[:, None] * rows[:, None]  # [direction, dose, d_in]
    found = respond(shifts.flatten(0, 1))
    return found.unflatten(0, (len(rows), len(doses)))
