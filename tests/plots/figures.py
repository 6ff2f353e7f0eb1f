"""One example of every figure, drawn from small made-up data."""

import torch

from mechnotes.plots import (
    attention,
    curves,
    diagrams,
    geometry,
    heatmap,
    latents,
    networks,
    phase,
    polytopes,
    regions,
    rotations,
    scatter,
    scores,
    streams,
    strips,
    tables,
    tradeoff,
)

_X = torch.linspace(0.05, 1, 12)
_ANGLES = 2 * torch.pi * torch.arange(5) / 5
_PENTAGON = torch.stack((_ANGLES.cos(), _ANGLES.sin()))
_MODELS = torch.stack((_PENTAGON, 0.5 * _PENTAGON, 0 * _PENTAGON))
_TITLES = ("p = 1.00", "p = 0.20", "p = 0.05")
_SQUARE = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
_ON = torch.arange(60).reshape(2, 3, 10) % 7 == 0

DIAGRAMS = {
    "superposition": diagrams.plot_superposition,
    "toy model": diagrams.plot_toy_model,
    "interference": diagrams.plot_interference,
    "privileged basis": diagrams.plot_privileged_basis,
    "residual stream": streams.plot_residual_stream,
    "network": lambda: networks.plot_network(
        (("A",), ("B", "D"), ("C",)),
        {("A", "B"): "clean", ("B", "C"): "corrupted", ("A", "D"): "control"},
        notes={("B", "C"): "3"},
        marked=("B",),
    ),
    "collisions": lambda: diagrams.plot_collisions(_ON, titles=("p = 0.50", "p = 0.05")),
}

FIGURES = {
    **DIAGRAMS,
    "lines": lambda: curves.plot_lines(
        _X,
        {"relu": torch.stack((_X, _X**2)), "linear": 1 - _X, "third": 0.98 - _X},
        x_label="density p",
        y_label="loss (0 perfect)",
        bands={"linear": (0.9 - _X, 1.1 - _X)},
        thresholds={"chance": 0.5},
    ),
    "formula": lambda: curves.plot_formula(
        _X, _X**2, measured_x=_X[::3], measured=_X[::3] ** 2, x_label="r", y_label="p"
    ),
    "boundary": lambda: phase.plot_boundary(
        _X, _X / 2, _X / 1.8, dots_r=_X, dots_p=_X / 3, norm=1 - _X.clamp(max=1)
    ),
    "matrix": lambda: heatmap.plot_matrix(_PENTAGON.T @ _PENTAGON, label="dot product"),
    "large matrix": lambda: heatmap.plot_matrix(
        torch.rand(40, 40, generator=torch.Generator().manual_seed(0)), label="x", signed=False
    ),
    "matrices": lambda: heatmap.plot_matrices(
        _MODELS.mT @ _MODELS, titles=_TITLES, label="dot product", columns=3
    ),
    "pattern": lambda: attention.plot_pattern(
        torch.ones(4, 4).tril() / torch.arange(1, 5)[:, None], words=("<bos>", "it", "was", "a")
    ),
    "tradeoff": lambda: tradeoff.plot_tradeoff(
        {"L1": (_X[:4, None] * 9, 1 - _X[:4, None]), "TopK": (_X[:6, None] * 9, _X[:6, None])},
        x_label="L0",
        y_label="error",
        marks={"truth": 2.0},
    ),
    "active latents": lambda: latents.plot_active(
        torch.rand(4, 60, generator=torch.Generator().manual_seed(0)).sub(0.9).relu(),
        words=("<bos>", "it", "was", "a"),
    ),
    "table": lambda: tables.plot_table(
        _X.reshape(3, 4), rows=("a", "b", "c"), columns=("w", "x", "y", "z"), label="share"
    ),
    "signed table": lambda: tables.plot_table(
        _X.reshape(3, 4) - 0.5,
        rows=("a", "b", "c"),
        columns=("w", "x", "y", "z"),
        label="recovered",
        limit=0.5,
        signed=True,
    ),
    "agreement": lambda: scatter.plot_agreement(
        _X, _X**2, x_label="exact (nats)", y_label="estimate (nats)", names=["a", *[""] * 11]
    ),
    "strips": lambda: strips.plot_strips(
        {"circuit": _X[:6], "random heads": _X[6:]}, label="share lost", threshold=0.8
    ),
    "scores": lambda: scores.plot_scores(
        _X.reshape(3, 4),
        baseline=torch.tensor([0.1, 0.2, torch.nan, 0.3]),
        bars=torch.full((4,), 0.95),
        names=("copying", "feeling", "whose", "agreement"),
        label="share of right answers",
    ),
    "words": lambda: scores.plot_words(
        _X.reshape(2, 6), words=list("abcdef"), readers=("the model", "the truth")
    ),
    "shares": lambda: scores.plot_shares(_X[:6] - 0.2, names=list("abcdef"), label="nats"),
    "spectra": lambda: rotations.plot_spectra(
        torch.stack((_X / _X.sum(), _X.flip(0) / _X.sum())),
        titles=("before", "after"),
        marked=((), (1, 2)),
    ),
    "circles": lambda: rotations.plot_circles(
        _MODELS[:2].mT, frequencies=(1, 1), titles=("k = 1", "k = 1, half"), columns=2
    ),
    "polytopes": lambda: polytopes.plot_polytopes(
        {"pair": torch.tensor([[1.0, -1.0]]), "pentagon": _PENTAGON, "octant": torch.eye(3)}
    ),
    "regions": lambda: regions.plot_regions(
        {"two": ([_SQUARE, _SQUARE + torch.tensor([1.0, 0.0])], torch.tensor([0.0, 0.5]))}
    ),
    "features": lambda: geometry.plot_features(_MODELS, titles=_TITLES, columns=2),
}
