"""The brand files: right sizes, palette colours, five arms."""

import re
import struct
from xml.etree import ElementTree

from mechnotes.plots import style
from scripts import brand


def test_the_brand_is_written_whole_and_in_palette_colours(tmp_path, capsys):
    brand.main(tmp_path)
    assert "social picture" in capsys.readouterr().out
    palette = {light for light, _ in style.PALETTE.values()}
    for name in ("favicon.svg", "logo.svg", "mark.svg"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        ElementTree.fromstring(text)
        assert set(re.findall(r"#[0-9a-f]{6}", text)) <= palette
        assert text.count("<circle") == 5
    sizes = {name: _size(tmp_path / name) for name in ("favicon.png", "social.png")}
    assert sizes == {"favicon.png": (180, 180), "social.png": (1200, 630)}


def test_the_mark_points_up_and_fits_its_tile():
    W, _ = brand.pentagon()
    assert W.shape == (2, 5)
    assert abs(W[0, 0]) < 1e-6 < W[1, 0]
    dots = re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', brand.mark(W, tile=True))
    for x, y, r in ((float(a), float(b), float(c)) for a, b, c in dots):
        assert r < min(x, y) and max(x, y) < 64 - r


def _size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])
