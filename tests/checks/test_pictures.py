"""Pictures that say nothing to whom cannot see them."""

import pytest
from checks import pictures

from tests.checks.small import Write, body, only


@pytest.mark.parametrize(
    "fault",
    [
        '<img src="a.png">',
        '<figure><img src="a.png" alt=""></figure>',
        '<svg role="img"><path/></svg>',
        '<svg role="img" aria-label=""></svg>',
        "<figure><svg><path/></svg></figure>",
        '<figure><svg role="img" aria-hidden="true" aria-label="A line"></svg></figure>',
    ],
)
def test_a_picture_without_words_is_found(write: Write, fault: str):
    assert only(pictures.check(write(**body(fault)))).what == "picture without words"


@pytest.mark.parametrize(
    "sound", ['<svg role="img" aria-hidden="true"></svg>', '<img src="a.png" aria-hidden="true">']
)
def test_a_hidden_decoration_needs_no_words(write: Write, sound: str):
    assert list(pictures.check(write(**body(sound)))) == []
