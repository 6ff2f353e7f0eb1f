"""Spectra and circles show the numbers that they are given."""

import math

import pytest
import torch

from mechnotes.plots import rotations

ANGLES = 2 * math.pi * 2 * torch.arange(7) / 7
RING = torch.stack([ANGLES.cos(), ANGLES.sin()], dim=1)


def test_bars_have_the_heights_of_the_shares_and_marks_their_numbers():
    shares = torch.tensor([[0.1, 0.7, 0.2]])
    figure = rotations.plot_spectra(shares, titles=("share",), marked=((2,),))
    ax = figure.axes[0]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.1, 0.7, 0.2])
    assert [text.get_text() for text in ax.texts] == ["2"]
    assert len({bar.get_facecolor() for bar in ax.patches}) == 2


def test_numbers_are_joined_in_the_order_of_their_angle():
    figure = rotations.plot_circles(RING[None], frequencies=(2,), titles=("k = 2",))
    ring = torch.tensor(figure.axes[0].lines[0].get_xydata())
    steps = (ring[1:] - ring[:-1]).norm(dim=1)
    assert torch.allclose(steps, torch.full((7,), 2 * math.sin(math.pi / 7)).double(), atol=1e-6)


def test_the_first_three_numbers_are_named():
    figure = rotations.plot_circles(RING[None], frequencies=(2,), titles=("k = 2",))
    assert [text.get_text() for text in figure.axes[0].texts] == ["0", "1", "2"]


@pytest.mark.bad_input
def test_bad_input_says_what_is_wrong():
    with pytest.raises(ValueError, match="marked \\(4,\\); expected shares"):
        rotations.plot_spectra(torch.ones(1, 3), titles=("a",), marked=((4,),))
    with pytest.raises(ValueError, match="panels: got 1 shares, 2 titles"):
        rotations.plot_spectra(torch.ones(1, 3), titles=("a", "b"), marked=((),))
    with pytest.raises(ValueError, match="points: got 3 coordinates; expected 2"):
        rotations.plot_circles(torch.ones(1, 4, 3), frequencies=(1,), titles=("a",))
    with pytest.raises(ValueError, match="columns: got 5; expected 1 to 4"):
        rotations.plot_circles(RING[None], frequencies=(1,), titles=("a",), columns=5)
