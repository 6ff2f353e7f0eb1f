"""Palette, colormaps and the two themes."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from mechnotes.plots import style
from mechnotes.plots.colormaps import colormap
from tests.plots.figures import FIGURES

LIGHT = {light for light, _ in style.PALETTE.values()}
DARK = {dark for _, dark in style.PALETTE.values()}
MAPPED = {"matrix", "large matrix", "matrices", "table", "signed table", "pattern"}


def _svg(figure):
    file = io.StringIO()
    with style.house():
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def _colors(svg):
    return set(re.findall(r"#[0-9a-fA-F]{6}\b", re.sub(r"xlink:href=\S+", "", svg)))


def _luminance(hex_color):
    channels = np.array(to_rgb(hex_color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _lightness(hex_or_rgb):
    return np.cbrt(_luminance(hex_or_rgb))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_palette_colours_only_and_its_dark_version_none_of_the_light(name):
    figure = FIGURES[name]()
    light = _svg(figure)
    style.recolour(figure, to="dark")
    dark = _svg(figure)
    assert light != dark
    if name in MAPPED:  # values between the palette's colours
        assert LIGHT & _colors(light)
        assert not (LIGHT & _colors(dark))
    else:
        assert _colors(light) <= LIGHT
        assert _colors(dark) <= DARK


@pytest.mark.parametrize("name", FIGURES)
def test_going_dark_and_back_gives_the_same_bytes(name):
    figure = FIGURES[name]()
    before = _svg(figure)
    style.recolour(figure, to="dark")
    dark = _svg(figure)
    style.recolour(figure, to="dark")
    assert _svg(figure) == dark
    style.recolour(figure, to="light")
    assert _svg(figure) == before


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_the_same_twice_and_the_dark_one_differs_in_colour_only(name):
    one, two = FIGURES[name](), FIGURES[name]()
    assert _svg(one) == _svg(two)
    style.recolour(two, to="dark")
    places = [re.sub(r"#[0-9a-f]{6}", "", _svg(figure)) for figure in (one, two)]
    if name not in MAPPED:  # there a key is an embedded image
        assert re.sub(r'(id|href)="[^"]*"', "", places[0]) == re.sub(
            r'(id|href)="[^"]*"', "", places[1]
        )


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_comes_closed_small_and_with_text_as_text(name):
    figure = FIGURES[name]()
    assert not plt.get_fignums()
    assert (figure.get_size_inches() <= (7, 4)).all() or name == "features"
    assert "<text" in _svg(figure)


def test_a_figure_that_a_page_draws_itself_is_recoloured_too():
    figure, ax = style.figure()
    with style.house():
        ax.plot(
            [0, 1], [0, 1], "o-", color=style.color("clean"), markeredgecolor=style.color("paper")
        )
        ax.annotate("here", (0, 0), (0.5, 0.5), arrowprops={"color": style.color("negative")})
        ax.text(0, 1, "boxed", bbox={"facecolor": style.color("paper")})
        ax.scatter([0, 1], [1, 0], color=[style.color("clean"), style.color("corrupted")])
        ax.legend(["line"])
        ax.grid()
    style.recolour(figure, to="dark")
    ax.set_xlim(0, 1000)  # new ticks
    assert _colors(_svg(figure)) <= DARK


def test_light_and_dark_colours_never_coincide():
    assert not LIGHT & DARK
    assert len(LIGHT) == len(DARK) == len(style.PALETTE)


def test_text_colours_have_enough_contrast():
    for theme in ("light", "dark"):
        paper = style.color("paper", theme=theme)
        for name in set(style.PALETTE) - {"paper", "rule", "control", "corrupted"}:
            assert _contrast(style.color(name, theme=theme), paper) >= 4.5, (theme, name)
        for name in ("control", "corrupted"):
            assert _contrast(style.color(name, theme=theme), paper) >= 3.0, (theme, name)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colormaps_start_at_paper_and_change_lightness_evenly(theme):
    paper = to_rgb(style.color("paper", theme=theme))
    magnitude = colormap("sequential", theme=theme)
    assert magnitude(0)[:3] == pytest.approx(paper, abs=2e-3)
    signed = colormap("diverging", theme=theme)
    assert signed(signed.N // 2)[:3] == pytest.approx(paper, abs=2e-3)
    assert signed(0)[:3] == pytest.approx(to_rgb(style.color("negative", theme=theme)), abs=2e-3)
    assert signed(signed.N - 1)[:3] == pytest.approx(
        to_rgb(style.color("clean", theme=theme)), abs=2e-3
    )
    steps = np.diff([_lightness(magnitude(k)[:3]) for k in range(magnitude.N)])
    assert (np.sign(steps) == np.sign(steps[0])).all()


@pytest.mark.bad_input
def test_unknown_names_say_what_exists():
    with pytest.raises(ValueError, match=r"color name: got 'teal'; expected one of ink.*Choose"):
        style.color("teal")
    with pytest.raises(ValueError, match=r"theme: got 'sepia'; expected 'light' or 'dark'"):
        style.color("ink", theme="sepia")
    with pytest.raises(ValueError, match=r"colormap kind: got 'jet'; expected 'sequential'"):
        style.colormap("jet")
    with pytest.raises(ValueError, match=r"series count: got 6; expected 1 to 5"):
        style.series(6)
    with pytest.raises(ValueError, match=r"figure size: got 9 by 3 inches; expected at most 7"):
        style.figure(9, 3)
    with pytest.raises(ValueError, match=r"theme: got 'sepia'"):
        style.recolour(style.figure()[0], to="sepia")
    with pytest.raises(ValueError, match=r"figure: got str; expected a matplotlib Figure"):
        style.recolour("figure", to="dark")


def test_plots_import_nothing_else_of_the_package_and_style_needs_no_torch():
    code = (
        "import sys; from mechnotes.plots import style; print('torch' in sys.modules);"
        "from mechnotes.plots import curves, diagrams, geometry, heatmap, phase;"
        "print(sorted({'.'.join(m.split('.')[:2]) for m in sys.modules if 'mechnotes' in m}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False", "['mechnotes', 'mechnotes.plots']"]
