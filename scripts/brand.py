"""Write the site's mark: favicon, logo and the picture that links to the site show.

    python scripts/brand.py [FOLDER]

The mark is the pentagon that a toy model with two hidden units finds for five sparse features:
the trained one if its artifact is there, else the exact one. All colours are the palette's.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from mechnotes import experiments
from mechnotes.plots import geometry, style
from mechnotes.superposition import selection, training

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "assets" / "brand"
NAME, LINE = "mechnotes", "Interpretability you can run"


def main(folder: Path = FOLDER) -> None:
    """Write all files of the brand into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    W, source = pentagon()
    (folder / "favicon.svg").write_text(mark(W, tile=True), encoding="utf-8")
    (folder / "logo.svg").write_text(mark(W, tile=True), encoding="utf-8")
    (folder / "mark.svg").write_text(mark(W, tile=False), encoding="utf-8")
    _save(favicon(W), folder / "favicon.png", pixels=180)
    _save(social(W), folder / "social.png", pixels=1200)
    print(f"wrote favicon, logo, mark and social picture into {folder} ({source})")


def pentagon() -> tuple[np.ndarray, str]:
    """Directions of five features `[2, 5]`, longest 1, first one up; and where they come from."""
    try:
        toys = experiments.load(training.train, "pentagon")
    except experiments.ArtifactMissing:
        angles = 2 * np.pi * np.arange(5) / 5
        W, source = np.stack((np.cos(angles), np.sin(angles))), "exact pentagon: no artifact yet"
    else:
        best = selection.pick(toys.W, selection.best_seed(toys.loss))
        W, source = best[-1].numpy(), "trained pentagon"  # of the sparsest density
    turn = np.pi / 2 - np.arctan2(W[1, 0], W[0, 0])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return rotation @ W / np.linalg.norm(W, axis=0).max(), source


def mark(W: np.ndarray, *, tile: bool) -> str:
    """The pentagon as SVG: on a teal tile, or alone in the colour of the text around it."""
    ink = style.color("paper") if tile else "currentColor"
    tips = [(32 + 22 * x, 32 - 22 * y) for x, y in W.T]
    spokes = "".join(f"M32 32L{x:.1f} {y:.1f}" for x, y in tips)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6"/>' for x, y in tips)
    back = f'<rect width="64" height="64" rx="14" fill="{style.color("clean")}"/>' if tile else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>{NAME}</title>{back}'
        f'<path d="{spokes}" fill="none" stroke="{ink}" stroke-width="3.6" stroke-linecap="round"/>'
        f'<g fill="{ink}">{dots}</g></svg>\n'
    )


def favicon(W: np.ndarray) -> Figure:
    """The tile as a square picture for browsers that take no SVG."""
    figure, ax = style.figure(2.0, 2.0)
    _fill(figure, ax, half_width=32 / 22, half_height=32 / 22)
    figure.set_facecolor(style.color("clean"))
    for x, y in W.T:
        line = {"color": style.color("paper"), "solid_capstyle": "round"}
        ax.plot([0, x], [0, y], linewidth=3.6 * 144 / 64, **line)
        ax.add_patch(Circle((x, y), 4.6 / 22, color=style.color("paper")))
    return figure


def social(W: np.ndarray) -> Figure:
    """The picture of the site that links show: its name, one line, the pentagon."""
    figure, ax = style.figure(6.0, 3.15)
    _fill(figure, ax, half_width=3.0, half_height=1.575)
    geometry.draw_features(ax, W, colors=["clean"] * W.shape[1], reach=3.0)
    ax.set(xlim=(-4.38, 1.62), ylim=(-1.575, 1.575))
    ax.text(-3.95, 0.2, NAME, fontsize=32, color=style.color("ink"), va="center")
    ax.text(-3.93, -0.3, LINE, fontsize=12.5, color=style.color("clean"), va="center")
    return figure


def _fill(figure: Figure, ax: Axes, *, half_width: float, half_height: float) -> None:
    """Let one bare axes cover the whole figure."""
    figure.set_layout_engine("none")
    ax.set_position((0, 0, 1, 1))
    style.bare(ax)
    ax.set(xlim=(-half_width, half_width), ylim=(-half_height, half_height))


def _save(figure: Figure, path: Path, *, pixels: int) -> None:
    with style.house():
        dpi = pixels / figure.get_size_inches()[0]
        figure.savefig(path, dpi=dpi, metadata={"Software": None})


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
