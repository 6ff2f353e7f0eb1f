"""Does a latent mean a label, compared with what? The best of each kind of unit, side by side.

The best of many units is always something, so the best latent stands beside the best neuron of the
same block's MLP, the best dimension of the stream that the autoencoder reads, a linear probe that
was fitted to the label, and the best latent of an autoencoder that was trained in the same way on a
model that has read nothing. All are chosen and scored as `labels.score` does it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import models, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations, autoencoder, library
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.cases import LAYER, MODEL, SEEDS, UNTRAINED
from mechnotes.sae.meaning import labels
from mechnotes.storybook import untrained
from mechnotes.storybook.corpus import Passages


@dataclass(frozen=True, kw_only=True, eq=False)
class Bank:
    """Units of one kind, from which the best is chosen."""

    name: str
    """What they are."""
    values: Float[Tensor, "token unit"]
    """Their values, in the order of `labels.flat`."""
    units: tuple[str, ...]
    """What each is called."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """The best unit of each bank for each label."""

    labels: tuple[str, ...]
    """What was asked."""
    banks: tuple[str, ...]
    """Where the units come from."""
    units: tuple[tuple[str, ...], ...]
    """Which unit was best, for each label and each bank."""
    precision: Float[Tensor, "label bank"]
    """On texts that were not used to choose; NaN where the unit says yes nowhere."""
    recall: Float[Tensor, "label bank"]
    """On the same texts."""
    f1: Float[Tensor, "label bank"]
    """On the same texts."""

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{label}</th>' for label in self.labels)
        body = "".join(self._row(bank) for bank in range(len(self.banks)))
        return (
            '<div class="mn-scroll"><table class="mn-scores"><caption>Precision / recall of the '
            f"best unit of each kind</caption><thead><tr><td></td>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )

    def _row(self, bank: int) -> str:
        both = zip(self.precision[:, bank].tolist(), self.recall[:, bank].tolist(), strict=True)
        cells = "".join(f"<td>{right:.2f} / {found:.2f}</td>" for right, found in both)
        return f'<tr><th scope="row">{self.banks[bank]}</th>{cells}</tr>'


def latents(model: LanguageModel, sae: Autoencoder, text: Passages, *, name: str) -> Bank:
    """All latents of an autoencoder.

    Raises:
        ValueError: If the autoencoder does not fit the model.
    """
    return _latents(labels.flat(autoencoder.values(model, sae, text.tokens)).cpu(), name=name)


def _latents(values: Float[Tensor, "token latent"], *, name: str) -> Bank:
    units = tuple(f"latent {number}" for number in range(values.shape[1]))
    return Bank(name=name, values=values, units=units)


def neurons(model: LanguageModel, layer: int, text: Passages) -> Bank:
    """Neurons of an MLP, after their nonlinearity.

    Raises:
        ValueError: If the model has no such block.
    """
    values = activations.read(model, f"blocks.{layer}.mlp.hook_post", text.tokens).cpu()
    units = tuple(f"neuron {layer}.{number}" for number in range(values.shape[-1]))
    return Bank(name="neuron", values=labels.flat(values), units=units)


def dimensions(model: LanguageModel, hook: str, text: Passages) -> Bank:
    """Dimensions of a place, upwards and downwards.

    Raises:
        ValueError: If the model has no such place.
    """
    return _dimensions(labels.flat(activations.read(model, hook, text.tokens)).cpu())


def _dimensions(values: Float[Tensor, "token width"]) -> Bank:
    units = [f"dimension {number}" for number in range(values.shape[1])]
    units += [f"{name}, negative" for name in units]
    return Bank(name="dimension", values=torch.cat([values, -values], dim=1), units=tuple(units))


def probe(
    model: LanguageModel, hook: str, text: Passages, truth: Bool[Tensor, "token label"]
) -> Bank:
    """One direction for each label, fitted by logistic regression on the texts for choosing.

    Raises:
        ValueError: If the model has no such place.
    """
    return _probe(labels.flat(activations.read(model, hook, text.tokens)).cpu(), text, truth)


def _probe(
    values: Float[Tensor, "token width"], text: Passages, truth: Bool[Tensor, "token label"]
) -> Bank:
    direction, bias = fit_probe(values, truth, chosen=labels.first_half(text))
    units = tuple(f"probe {number}" for number in range(truth.shape[1]))
    return Bank(name="probe", values=values @ direction + bias, units=units)


def fit_probe(
    values: Float[Tensor, "token width"],
    truth: Bool[Tensor, "token label"],
    *,
    chosen: Bool[Tensor, " token"],
    penalty: float | int = 1e-4,
) -> tuple[Float[Tensor, "width label"], Float[Tensor, " label"]]:
    """Logistic regression of every label on activations.

    Args:
        values: Activations.
        truth: Where each label is true.
        chosen: Tokens to fit on.
        penalty: Weight of half the squared coefficients, of activations scaled to variance 1,
            beside the mean loss in nats; keeps the fit finite where a label can be told without
            error.

    Returns:
        Directions and biases: log-odds are `values @ directions + biases`.

    Raises:
        ValueError: If shapes do not fit, or a label is true of no token on one of the sides.
    """
    labels.check(values, truth, chosen)
    centre, scale = values[chosen].mean(0), values[chosen].std(0).clamp(min=1e-6)
    x, y = (values[chosen] - centre) / scale, truth[chosen].float()
    weights = torch.zeros(x.shape[1] + 1, y.shape[1], requires_grad=True)
    search = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        said = x @ weights[:-1] + weights[-1]
        fit = torch.nn.functional.binary_cross_entropy_with_logits(said, y, reduction="none")
        total = fit.mean(0).sum() + penalty / 2 * weights[:-1].square().sum()
        total.backward()
        return total

    search.step(loss)
    direction = weights.detach()[:-1] / scale[:, None]
    return direction, weights.detach()[-1] - centre @ direction


def compare(
    banks: Sequence[Bank],
    text: Passages,
    questions: Mapping[str, labels.Question] = labels.QUESTIONS,
) -> Comparison:
    """The best unit of each bank for each label, chosen on every other text, scored on the rest.

    Raises:
        ValueError: If there is no bank, or as `labels.score`.
    """
    if not banks:
        validate.refuse(
            "banks", got="none", expected="at least one", fix="Make one: candidates.neurons(...)."
        )
    truth, chosen = labels.truth(text, questions), labels.first_half(text)
    scores = [labels.score(bank.values, truth, chosen=chosen) for bank in banks]
    rows = range(len(questions))

    def of_best(name: str) -> Float[Tensor, "label bank"]:
        return torch.stack([getattr(s, name)[s.best, rows] for s in scores], dim=1)

    return Comparison(
        labels=tuple(questions),
        banks=tuple(bank.name for bank in banks),
        units=tuple(
            tuple(bank.units[s.best[row]] for bank, s in zip(banks, scores, strict=True))
            for row in rows
        ),
        precision=of_best("precision"),
        recall=of_best("recall"),
        f1=of_best("f1"),
    )


def storybook_banks(text: Passages) -> tuple[Bank, ...]:
    """The stored autoencoders of the stream after block 1, and their controls.

    Returns:
        Latents with SAE seeds 0, 1 and 2; neurons; dimensions; the probe; latents of the untrained
        model with SAE seeds 0, 1 and 2.
    """
    model, blank = models.load(MODEL), untrained.load(seed=int(UNTRAINED.rpartition("-")[2]))
    hook = f"blocks.{LAYER}.hook_resid_post"
    stream, of_blank = (
        labels.flat(activations.read(one, hook, text.tokens)).cpu() for one in (model, blank)
    )
    return (
        *(_stored(model, "block", seed, stream) for seed in SEEDS),
        neurons(model, LAYER, text),
        _dimensions(stream),
        _probe(stream, text, labels.truth(text)),
        *(_stored(blank, "untrained", seed, of_blank) for seed in SEEDS),
    )


def _stored(
    model: LanguageModel, kind: str, seed: int, stream: Float[Tensor, "token d_in"]
) -> Bank:
    """Latents of a stored autoencoder, of activations that are read once for all of them."""
    sae = library.load("storybook", f"{kind}-{LAYER}-topk-512-seed-{seed}")
    autoencoder.check_fits(model, sae)
    name = "latent" if kind == "block" else "untrained"
    return _latents(sae.encode(stream), name=f"{name}, seed {seed}")
