"""What a page carries of a figure: one themed SVG, or two files named by what is in them."""

import base64
import hashlib
import re

import numpy as np
import pytest
from pipeline import figures, in_kernel

from mechnotes.plots import style
from mechnotes.plots.palette import PALETTE

IDENTIFIER = re.compile(r'\sid="([^"]+)"')
REFERENCE = re.compile(r'url\(#([^)]+)\)|href="#([^"]+)"')
HEX = {colour for pair in PALETTE.values() for colour in pair}


def drawn(figure, *, alt: str = "What it shows", name: str = "c1o0") -> figures.Shown:
    """A figure as a page carries it, after the way through kernel and record."""
    bundle = in_kernel.show_figure(figure)["application/x-mechnotes-figure"]
    return figures.show(figures.kept(bundle), alt=alt, name=name)


def lines(points: int = 5):
    """A figure in palette colours only; more points make a larger SVG."""
    figure, axes = style.figure(4, 2)
    x = np.linspace(0, 1, points)
    axes.plot(x, np.sin(900 * x), color=style.color("clean"), label="sine", marker="o")
    axes.fill_between(x, 0, 1, color=style.color("corrupted"), alpha=0.3)
    axes.legend()
    return figure


def heatmap():
    """A figure whose colours come from a colour map, which no variable can follow."""
    figure, axes = style.figure(4, 2)
    axes.imshow(np.arange(6.0).reshape(2, 3), cmap=style.colormap("sequential"))
    return figure


def identifiers(shown: figures.Shown) -> set[str]:
    return set(IDENTIFIER.findall(shown.html))


def test_a_figure_in_palette_colours_stands_on_the_page_and_follows_its_variables():
    shown = drawn(lines())
    assert shown.files == {}
    assert shown.html.startswith("<svg ")
    assert "\n" not in shown.html
    assert {"var(--mn-clean)", "var(--mn-corrupted)", "var(--mn-ink)"} <= set(
        re.findall(r"var\(--mn-[\w-]+\)", shown.html)
    )
    assert not HEX & set(re.findall(r"#[0-9a-f]{6}", shown.html))


def test_variables_are_named_like_the_sites():
    figure, axes = style.figure(4, 2)
    axes.plot([0, 1], color=style.series(1)[0])
    assert "var(--mn-series-1)" in drawn(figure).html


def test_every_identifier_is_prefixed_and_referred_to():
    shown = drawn(lines(), name="c3o1")
    wanted = {first or second for first, second in REFERENCE.findall(shown.html)}
    assert wanted == identifiers(shown) != set()
    assert all(name.startswith("c3o1-") for name in wanted)


def test_two_figures_on_a_page_never_share_an_identifier():
    first, second = drawn(lines(), name="c1o0"), drawn(lines(), name="c2o0")
    assert not identifiers(first) & identifiers(second)


def test_a_figure_has_no_style_that_would_reach_the_rest_of_the_page():
    assert "<style" not in drawn(lines()).html


def test_a_colour_map_gives_two_files_named_by_their_content():
    shown = drawn(heatmap())
    assert len(shown.files) == 2
    for name, content in shown.files.items():
        assert name == f"{hashlib.sha256(content).hexdigest()[:12]}.svg"
        assert f'src="{name}"' in shown.html
    light, dark = shown.files.values()
    assert shown.html.index("mn-only-light") < shown.html.index("mn-only-dark")
    assert PALETTE["ink"][0] in light.decode()
    assert PALETTE["ink"][1] in dark.decode()
    assert "var(" not in (light + dark).decode()


@pytest.mark.parametrize(
    ("points", "suffixes"), [(5, set()), (200, {"svg"}), (400, {"webp"})], ids=str
)
def test_the_size_of_a_figure_decides_what_the_page_carries(points: int, suffixes: set[str]):
    files = drawn(lines(points)).files
    assert {name.rpartition(".")[2] for name in files} == suffixes
    for name, content in files.items():
        assert not name.endswith("svg") or 30_000 < len(content) < 60_000
        assert not name.endswith("webp") or content[8:12] == b"WEBP"


@pytest.mark.parametrize("figure", [lines, heatmap], ids=["inline", "files"])
def test_width_and_height_are_written_in_css_pixels(figure):
    tags = re.findall(r"<(?:svg|img)[^>]*>", drawn(figure()).html)
    assert tags
    assert all('width="384" height="192"' in tag for tag in tags)


@pytest.mark.parametrize("figure", [lines, heatmap], ids=["inline", "files"])
def test_alt_text_is_escaped(figure):
    shown = drawn(figure(), alt="a \"big\" <b> & 'c'")
    assert "a &quot;big&quot; &lt;b&gt; &amp; &#x27;c&#x27;" in shown.html
    assert "<b>" not in shown.html


def test_numbers_that_a_figure_shows_keep_their_digits():
    figure, axes = style.figure(4, 2)
    axes.plot([0, 1], color=style.color("clean"))
    axes.set_title("0.0012345 of 1.000001")
    assert "0.0012345 of 1.000001" in drawn(figure).html


def test_the_same_figure_drawn_again_is_the_same_page():
    assert drawn(lines()) == drawn(lines())
    assert drawn(heatmap()) == drawn(heatmap())


def test_drawing_for_a_page_leaves_the_figure_in_its_light_colours():
    figure = lines()
    first = drawn(figure)
    assert drawn(figure) == first


def test_what_a_record_keeps_of_an_inline_figure_is_one_svg_and_the_arrays():
    bundle = in_kernel.show_figure(lines())["application/x-mechnotes-figure"]
    assert set(figures.kept(bundle)) == {"svg", "data"}


def test_what_a_record_keeps_of_a_large_figure_is_what_the_files_hold():
    bundle = in_kernel.show_figure(lines(400))["application/x-mechnotes-figure"]
    kept = figures.kept(bundle)
    assert base64.b64decode(kept["light"]) in figures.show(kept, alt="", name="c1o0").files.values()
