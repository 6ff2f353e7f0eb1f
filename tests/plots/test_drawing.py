"""What the figures say: labels apart, limits symmetric, bad input refused."""

import itertools

import numpy as np
import pytest
import torch
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

from mechnotes.plots import curves, diagrams, geometry, heatmap, phase, style
from tests.plots.figures import FIGURES

NAN, INFINITE = torch.full((3,), torch.nan), torch.full((3,), torch.inf)
X = torch.arange(3.0)


def _written(figure):
    figure.draw_without_rendering()
    unseen = _labels_of_ticks_out_of_view(figure)
    texts = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    texts = [t for t in texts if t not in unseen]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
    return [(text, box) for text, box in boxes if box.width and box.height]


def _labels_of_ticks_out_of_view(figure):
    unseen = []
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = (*axis.get_major_ticks(), *axis.get_minor_ticks())
        hidden = [tick for tick in ticks if not low <= tick.get_loc() <= high]
        unseen += [label for tick in hidden for label in (tick.label1, tick.label2)]
    return unseen


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_overlaps_another_or_leaves_the_figure(name):
    figure = FIGURES[name]()
    written = _written(figure)
    for (one, box), (two, other) in itertools.combinations(written, 2):
        assert not box.padded(-1).overlaps(other.padded(-1)), (one, two)
    for text, box in written:
        inside = figure.bbox.padded(1)
        assert inside.contains(box.x0, box.y0), text
        assert inside.contains(box.x1, box.y1), text


def test_labels_that_end_at_one_height_are_moved_apart():
    same = dict.fromkeys(("first", "second", "third", "fourth"), X)
    figure = curves.plot_lines(X, same, x_label="x", y_label="y")
    heights = sorted(box.y0 for text, box in _written(figure) if text in same)
    assert min(np.diff(heights)) >= 11


def test_a_signed_matrix_has_limits_symmetric_about_zero():
    figure = heatmap.plot_matrix(torch.tensor([[0.5, -2.0], [torch.nan, 0.1]]), label="effect")
    assert figure.axes[0].collections[0].get_clim() == (-2.0, 2.0)
    texts = [text for text, _ in _written(figure)]
    assert {"−2", "0", "2", "effect"} <= set(texts)


def test_panels_share_the_limits_of_the_strongest():
    values = torch.stack((torch.eye(2), -3 * torch.eye(2)))
    figure = heatmap.plot_matrices(values, titles=("one", "two"), label="effect", columns=2)
    limits = {ax.collections[0].get_clim() for ax in figure.axes[:2]}
    assert limits == {(-3.0, 3.0)}


def test_each_feature_is_an_arrow_to_its_weights_and_a_dropped_one_a_dot():
    W = torch.tensor([[1.0, 0.0, 0.01], [0.0, -0.7, 0.0]])
    figure = geometry.plot_features(W[None], titles=("p = 1",))
    arrows = figure.axes[0].findobj(FancyArrowPatch)
    tips = [arrow._posA_posB[1] for arrow in arrows]
    assert tips == [pytest.approx((1, 0)), pytest.approx((0, -0.7))]
    assert len(figure.axes[0].lines) == 1


def test_all_seeds_are_drawn_and_named_once():
    runs = torch.stack((X, X + 1, X + 2))
    figure = curves.plot_lines(X, {"relu": runs}, x_label="x", y_label="y")
    assert len(figure.axes[0].lines) == 3
    assert [t.get_text() for t in figure.axes[0].texts] == ["relu"]


def test_collisions_are_inputs_with_two_or_more_features():
    on = torch.tensor([[[True, True, False], [True, False, False]]])
    figure = diagrams.plot_collisions(on, titles=("p = 0.5",))
    assert figure.axes[0].get_title(loc="left") == "p = 0.5: 1 of 3 inputs collide"
    fills = [patch.get_facecolor() for patch in figure.axes[0].patches]
    amber = [fill for fill in fills if fill[:3] == pytest.approx((180 / 255, 95 / 255, 6 / 255))]
    assert len(amber) == 2


def test_a_curve_with_a_gap_is_drawn_and_named_at_its_last_point():
    gap = torch.tensor([0.0, 1.0, torch.nan])
    figure = curves.plot_lines(X, {"edge": gap}, x_label="x", y_label="y")
    assert figure.axes[0].texts[0].xy == (1.0, 1.0)


BAD = {
    "a list": (lambda ax: curves.draw_line(ax, [1], X, color="ink"), "x: got list; expected a ten"),
    "lengths": (lambda ax: curves.draw_line(ax, X, X[:2], color="ink"), "line: got 3 x, 2 y"),
    "axes": (lambda ax: curves.draw_line(ax, X, X[None], color="ink"), r"y: got shape \(1, 3\)"),
    "infinite": (lambda ax: curves.draw_line(ax, X, INFINITE, color="ink"), "y: got an infinite"),
    "color": (lambda ax: curves.draw_line(ax, X, X, color="red"), "color name: got 'red'"),
    "only NaN": (lambda ax: curves.draw_dots(ax, X, NAN, color="ink", label="a"), "only NaN"),
    "complex": (lambda ax: curves.draw_dots(ax, X, X * 1j, color="ink"), "expected real numbers"),
    "threshold": (lambda ax: curves.draw_threshold(ax, 1.0, label="", along="z"), "along 'z'"),
    "band": (lambda ax: curves.draw_band(ax, X, X, X[:1], color="ink"), "expected equally many"),
    "seeds": (lambda ax: curves.draw_seeds(ax, X, X, color="ink"), r"\[seeds, points\]"),
    "limit": (lambda ax: heatmap.draw_matrix(ax, torch.eye(2), limit=0.0), "limit: got 0.0"),
    "negative": (
        lambda ax: heatmap.draw_matrix(ax, -torch.eye(2), signed=False),
        "matrix: got -1; expected no negative",
    ),
    "three hidden": (lambda ax: geometry.draw_features(ax, torch.eye(3)), "got 3 hidden dim"),
    "colors": (
        lambda ax: geometry.draw_features(ax, torch.eye(2), colors=("ink",)),
        "features: got 2 features, 1 colors, 2 names",
    ),
    "norm": (lambda ax: phase.draw_kept(ax, X, X, -X), "norm: got -2; expected values of at"),
    "norm NaN": (lambda ax: phase.draw_kept(ax, X, X, NAN), "norm: got nan"),
}


@pytest.mark.bad_input
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_got_and_expected(name):
    draw, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        draw(style.figure()[1])


@pytest.mark.bad_input
def test_bad_panels_are_refused():
    with pytest.raises(ValueError, match="lines: got none; expected at least one"):
        curves.plot_lines(X, {}, x_label="", y_label="")
    with pytest.raises(ValueError, match="series count: got 6"):
        curves.plot_lines(X, dict.fromkeys("abcdef", X), x_label="", y_label="")
    with pytest.raises(ValueError, match="panels: got 1 panels, 2 titles; expected equally"):
        geometry.plot_features(torch.eye(2)[None], titles=("a", "b"))
    with pytest.raises(ValueError, match="columns: got 0; expected 1 to 6"):
        geometry.plot_features(torch.eye(2)[None], titles=("a",), columns=0)
    with pytest.raises(ValueError, match="panels: got 1 panels, 0 titles"):
        heatmap.plot_matrices(torch.eye(2)[None], titles=(), label="")
    with pytest.raises(ValueError, match="columns: got 9; expected 1 to 6"):
        heatmap.plot_matrices(torch.eye(2)[None], titles=("a",), label="", columns=9)
    with pytest.raises(ValueError, match=r"active: got shape \(2, 2\)"):
        diagrams.plot_collisions(torch.eye(2) > 0, titles=("a",))


def test_axes_are_named_level_and_a_log_axis_has_plain_numbers():
    density = torch.tensor([0.05, 0.3, 1.0])
    name = "features represented, as a share of all features (0 none, 1 every one of them)"
    figure = curves.plot_lines(density, {"a": X}, x_label="density", y_label=name, log_x=True)
    written = dict(_written(figure))
    assert {"0.05", "0.1", "0.2", "0.5", "1"} <= set(written)
    title = figure.axes[0].get_title(loc="left")
    assert title.replace("\n", " ") == name
    assert "\n" in title
