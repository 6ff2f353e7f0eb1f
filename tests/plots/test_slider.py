"""A slider over maps: every time is in the page, one is shown, and the pictures hold the shares."""

import base64
import io
import re

import numpy as np
import pytest
from matplotlib.image import imread

from mechnotes.plots import slider

SHARES = np.linspace(0, 1, 2 * 3 * 4).reshape(2, 3, 4)


def made() -> slider.Slider:
    return slider.make(
        {"one <head>": SHARES, "other": SHARES**2},
        times=("step 0", "step 10"),
        notes=("nothing yet", "it looks back"),
        label="rows look at columns",
    )


def test_every_time_is_in_the_page_and_the_last_is_shown_without_scripts():
    html = made()._repr_html_()
    assert html.count('class="mn-frame"') == 2
    assert html.count(" hidden>") == 1
    assert html.index(" hidden>") < html.index("step 10</b>")
    assert "one &lt;head&gt;" in html and "<head>" not in html
    assert 'max="1" value="1"' in html and "rows look at columns" in html


def test_a_picture_is_as_opaque_as_the_shares():
    coded = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", made()._repr_html_())
    assert len(coded) == 4
    pictures = [imread(io.BytesIO(base64.b64decode(code))) for code in coded]
    assert np.abs(pictures[0][..., 3] - SHARES[0]).max() < 1 / 50
    assert np.abs(pictures[3][..., 3] - SHARES[1] ** 2).max() < 1 / 50


@pytest.mark.bad_input
def test_unequal_times_and_values_that_are_no_shares_are_refused():
    with pytest.raises(ValueError, match="expected at least one map, all with as many times"):
        slider.make({"a": SHARES}, times=("one",), notes=("x",), label="l")
    with pytest.raises(ValueError, match="a: got values outside 0 to 1"):
        slider.make({"a": 2 * SHARES}, times=("x", "y"), notes=("x", "y"), label="l")
    with pytest.raises(ValueError, match="maps: got"):
        slider.make({}, times=(), notes=(), label="l")
