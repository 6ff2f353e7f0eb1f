"""Runs inside a page's kernel: shows figures, writes down what the page reads, guards `docs/`.

The runner sends this file's source to a fresh kernel; nothing imports it. It may use only the
standard library at import, because a page's kernel decides itself what it loads.
"""

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any


class Recorder:
    """Every project file that the kernel opened, imported or reported through `mechnotes.read`."""

    def __init__(self, root: str):
        self.root = root
        self.docs = str(Path(root) / "docs")
        self.opened: set[str] = set()

    def __call__(self, event: str, args: tuple) -> None:
        """The audit hook. Raises inside the cell when a page writes into `docs/`."""
        if event == "mechnotes.read":
            self.opened.add(str(Path(args[0]).resolve()))
        elif event == "open" and isinstance(args[0], str | bytes):
            path = args[0] if isinstance(args[0], str) else args[0].decode("utf-8", "replace")
            if self.root in path or not path.startswith("/"):
                self._note(str(Path(path).absolute()), str(args[1] or "r"))

    def _note(self, path: str, mode: str) -> None:
        writes = any(sign in mode for sign in "wax+")
        if writes and path.startswith(self.docs):
            raise PermissionError(f"a page may not write into docs/ (it tried {path})")
        if not writes and path.startswith(self.root):
            self.opened.add(path)

    def report(self) -> str:
        """JSON: the files read and the versions of what the page imported."""
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        read = sorted(self.opened | {file for file in files if file})
        names = ("torch", "numpy", "matplotlib", "transformer_lens", "sae_lens")
        loaded = {name: sys.modules[name] for name in names if name in sys.modules}
        versions = {name: str(getattr(m, "__version__", "?")) for name, m in loaded.items()}
        return json.dumps({"read": read, "versions": versions})


def show_figure(figure: Any) -> dict:
    """MIME bundle of a Matplotlib figure: light and dark SVG, and the arrays it was drawn from."""
    style = sys.modules.get("mechnotes.plots.style")
    if style is not None:
        style.settle(figure)  # both versions must be laid out exactly alike
    light, light_small = _saved(figure)
    dark, dark_small = light, light_small
    if style is not None:
        style.recolour(figure, to="dark")
        dark, dark_small = _saved(figure)
        style.recolour(figure, to="light")
    palette = {} if style is None else dict(style.PALETTE)
    shown = {"light": light, "dark": dark, "light_webp": light_small, "dark_webp": dark_small}
    return {"application/x-mechnotes-figure": shown | {"palette": palette, "data": arrays(figure)}}


def _saved(figure: Any) -> tuple[str, str]:
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "mechnotes", "svg.fonttype": "none"}):
        empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=empty, facecolor="none")
    if len(buffer.getvalue()) <= 60_000:
        return buffer.getvalue(), ""
    picture = io.BytesIO()
    figure.savefig(picture, format="webp", dpi=200, facecolor="none")
    return buffer.getvalue(), base64.b64encode(picture.getvalue()).decode()


def arrays(figure: Any) -> list:
    """The numbers and words behind a figure, for comparing two runs of a page."""
    found: list[list] = []
    for axes in figure.axes:
        found += [["line", *_summary(line.get_xydata())] for line in axes.get_lines()]
        for drawn in [*axes.collections, *axes.images]:
            if drawn.get_array() is not None:
                found.append(["map", *_summary(drawn.get_array())])
        for drawn in axes.collections:
            found.append(["marks", *_summary(drawn.get_offsets())])
            found += [["area", *_summary(path.vertices)] for path in drawn.get_paths()[:8]]
        corners = [corner for patch in axes.patches for corner in _corners(patch)]
        found.append(["patches", *_summary(corners)])
        words = [text.get_text() for text in axes.texts]
        words += [axes.get_title(loc) for loc in ("left", "center", "right")]
        words += [axes.get_xlabel(), axes.get_ylabel()]
        found += [["text", word] for word in words if word]
    return found


def _corners(patch: Any) -> Any:
    """A patch's outline in data coordinates, which the fonts of a machine do not shift."""
    return patch.get_patch_transform().transform(patch.get_path().vertices)


def _summary(values: Any) -> tuple[list[int], list[float]]:
    """Shape, then mean, spread and at most 64 evenly spaced values, to five digits."""
    import numpy as np

    flat: Any = np.nan_to_num(np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).ravel())
    if not len(flat):
        return list(np.shape(values)), []
    picked = flat[np.linspace(0, len(flat) - 1, min(len(flat), 64)).astype(int)]
    told = [flat.mean(), flat.std(), *picked]
    return list(np.shape(values)), [float(f"{value:.5g}") for value in told]


def install(root: str, warm: tuple[str, ...]) -> Recorder:
    """Import third-party packages ahead, show figures our way, then start recording."""
    import importlib
    import warnings

    for name in warm:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module(name)
        except ImportError:
            continue
    from IPython import get_ipython

    shell = get_ipython()
    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type_by_name("matplotlib.figure", "Figure", show_figure)
    recorder = Recorder(root)
    sys.path.insert(0, root)
    sys.addaudithook(recorder)
    return recorder
