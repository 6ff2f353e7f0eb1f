"""What can be read off the residual stream after each block, by a linear probe?

A probe is the best linear map from a vector to the classes of a label, fitted by least squares with
a small penalty and tested on other passages. Its accuracy says that the label is there to be read
along some direction; it does not say that the model uses it. Two controls go with it: the same
probe on labels that were dealt out anew (what the probe itself can memorise), and the share of the
commonest class (what needs no vector at all). A third is the reader's: the same on random weights.

Source:
    Alain and Bengio 2016, arXiv:1610.01644; shuffled labels after Hewitt and Liang 2019,
    arXiv:1909.03368, section 2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.storybook import agreement, corpus, feelings, giving, grammar, nesting
from mechnotes.storybook.corpus import Passages
from mechnotes.storybook.templates import Template

Question = Callable[[Passages], Int[Tensor, "batch pos"]]
"""From passages to the class to be read at each position, -1 where nothing is asked."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Probed:
    """Accuracies of probes on passages that they were not fitted on."""

    questions: tuple[str, ...]
    """What was asked; the rows."""
    sites: tuple[str, ...]
    """Where it was read: before the first block, then after each; the columns."""
    accuracy: Float[Tensor, "questions sites"]
    """Share of right answers, from 0 to 1."""
    shuffled: Float[Tensor, "questions sites"]
    """The same with training labels dealt out anew."""
    commonest: Float[Tensor, " questions"]
    """Share of the commonest class, which a probe without input would reach."""
    n: tuple[int, ...]
    """Test positions of each question."""


def _before(wanted: Bool[Tensor, "batch pos"], values: Int[Tensor, "batch pos"]) -> Tensor:
    """Values of the wanted tokens, asked for at the position before them."""
    marked = torch.where(wanted, values, -1)
    return torch.cat([marked[:, 1:], torch.full_like(marked[:, :1], -1)], dim=1)


def _previous(text: Passages) -> Int[Tensor, "batch pos"]:
    before = torch.roll(text.tokens, 1, dims=1)
    return torch.where(text.kind >= 0, before, -1)


ALL = grammar.TEMPLATES
QUESTIONS: Mapping[str, tuple[tuple[Template, ...], Question]] = {
    "this word": (ALL, lambda text: text.tokens),
    "the word before": (ALL, _previous),
    "kind of sentence": (ALL, lambda text: text.kind),
    "depth of nesting": (nesting.TEMPLATES, lambda text: text.labels["depth"]),
    "number of the coming verb": (
        agreement.TEMPLATES,
        lambda text: _before(text.at("verb"), text.labels["number"]),
    ),
    "kind of the coming reaction": (
        feelings.TEMPLATES,
        lambda text: _before(text.at("feeling", "reaction"), text.labels["sentiment"]),
    ),
    "name to come": (
        giving.TEMPLATES,
        lambda text: _before(text.at("receiver") & (text.labels["part"] == 1), text.tokens),
    ),
}
"""Sentences and question, from what stands in the text to what has to be worked out."""


def probe_layers(model: LanguageModel, *, n_rows: int = 400, seed: int = 4000) -> Probed:
    """Probe the residual stream before the first block and after each, for every question.

    Args:
        model: A storybook model.
        n_rows: Passages of 64 tokens to fit on; half as many again to test on.
        seed: Seed of the passages and of the shuffles.

    Returns:
        Accuracies with their controls.

    Raises:
        ValueError: If a number is not a count or the seed is not one.
    """
    validate.integer(n_rows, "n_rows", minimum=20)
    validate.seed(seed)
    n_layers = model.cfg.n_layers
    rows = [_probed(model, name, n_rows=n_rows, seed=seed) for name in QUESTIONS]
    return Probed(
        questions=tuple(QUESTIONS),
        sites=("embedding", *(f"after block {layer}" for layer in range(n_layers))),
        accuracy=torch.tensor([row[0] for row in rows]),
        shuffled=torch.tensor([row[1] for row in rows]),
        commonest=torch.tensor([row[2] for row in rows]),
        n=tuple(row[3] for row in rows),
    )


def _probed(
    model: LanguageModel, name: str, *, n_rows: int, seed: int
) -> tuple[list[float], list[float], float, int]:
    templates, question = QUESTIONS[name]
    fitted, tested = (
        corpus.passages(n, generator=rng.generator(seed, name, part), templates=templates)
        for part, n in (("fit", n_rows), ("test", max(n_rows // 2, 10)))
    )
    x_fit, x_test = residuals(model, fitted.tokens), residuals(model, tested.tokens)
    y_fit, y_test = question(fitted), question(tested)
    in_fit, in_test = y_fit >= 0, y_test >= 0
    y, truth = y_fit[in_fit], y_test[in_test]
    dealt = y[torch.randperm(len(y), generator=rng.generator(seed, "shuffle"))]
    accuracies: tuple[list[float], list[float]] = ([], [])
    for fit_site, test_site in zip(x_fit, x_test, strict=True):
        for labels, found in zip((y, dealt), accuracies, strict=True):
            said = predict(fit(fit_site[in_fit], labels), test_site[in_test])
            found.append((said == truth).float().mean().item())
    commonest = (truth == y.mode().values).float().mean().item()
    return *accuracies, commonest, len(truth)


def residuals(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "sites batch pos d_model"]:
    """Residual stream before the first block and after each block."""
    n_layers = model.cfg.n_layers
    names = [f"blocks.{layer}.hook_resid_pre" for layer in range(n_layers)]
    names.append(f"blocks.{n_layers - 1}.hook_resid_post")
    with torch.no_grad():
        _, cache = model.run_with_cache(tokens, names_filter=names)
    return torch.stack([cache[name].detach().float().cpu() for name in names])


def fit(
    x: Float[Tensor, "n d_model"], y: Int[Tensor, " n"], *, penalty: float | int = 1.0
) -> Float[Tensor, "d_model_and_bias classes"]:
    """Least-squares map from vectors to one-hot classes, the bias in the last row.

    Args:
        x: Vectors.
        y: Class of each, from 0.
        penalty: Weight of the squared coefficients in units of the vectors' mean squared length
            per dimension; keeps the map finite where directions are missing.
    """
    centre = x.mean(0)
    x = (x - centre).double()
    targets = torch.nn.functional.one_hot(y).double()
    share = targets.mean(0)
    gram = x.T @ x + penalty * x.square().mean() * torch.eye(x.shape[1], dtype=torch.float64)
    weights = torch.linalg.solve(gram, x.T @ (targets - share))
    bias = share - centre.double() @ weights
    return torch.cat([weights, bias[None]]).float()


def predict(
    probe: Float[Tensor, "d_model_and_bias classes"], x: Float[Tensor, "n d_model"]
) -> Int[Tensor, " n"]:
    """Class with the highest score for each vector."""
    return (x @ probe[:-1] + probe[-1]).argmax(-1)
