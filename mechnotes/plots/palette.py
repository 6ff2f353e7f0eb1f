"""Which colour means what, in the light and in the dark.

A colour is chosen by its meaning: teal is the clean run (and the accent of the site), amber the
corrupted run or any intervention, grey the control, violet a negative effect. Lines that are
only "one of several" take a series colour, and series colours are not mixed with meanings.

Figures are drawn with the light colours and every one of them is exactly a value of this table,
so that a page can replace it by the CSS variable `--mn-<name>`. All text colours have a contrast
of at least 4.5 on paper except `corrupted` (4.4 in the light, enough for 11 pt bold) and
`control`, which is for marks only. The five series colours stay apart under protanopia,
deuteranopia and tritanopia (distance in OKLab at least 0.07, Machado et al. 2009).
"""

PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#1f2329", "#e6e3dc"),
    "muted": ("#6b7078", "#9aa0a8"),
    "rule": ("#d9d5cc", "#343a42"),
    "paper": ("#fbfaf7", "#14171c"),
    "clean": ("#0b6e6e", "#4fc3bd"),
    "corrupted": ("#b45f06", "#f0a94a"),
    "control": ("#7a7f87", "#9097a0"),
    "negative": ("#7a3e9d", "#c08ae6"),
    "series-1": ("#2a63b8", "#6ea8ff"),
    "series-2": ("#c2265e", "#ff8fa6"),
    "series-3": ("#5f6b0f", "#b5bd4c"),
    "series-4": ("#232a7c", "#c9d7ff"),
    "series-5": ("#74300f", "#c27a55"),
}
"""Name of a meaning to its hex colour on light and on dark paper."""


def color(name: str, *, theme: str = "light") -> str:
    """Hex colour of a meaning.

    Args:
        name: Key of `PALETTE`, for example "clean".
        theme: "light" (what figures are drawn with) or "dark".

    Returns:
        Six hex digits after a hash sign, lower case.

    Raises:
        ValueError: If the name or the theme is unknown.
    """
    if name not in PALETTE:
        raise ValueError(
            f"color name: got {name!r}; expected one of {', '.join(PALETTE)}. "
            "Choose a color by what it means."
        )
    return PALETTE[name][theme_index(theme)]


def theme_index(theme: str) -> int:
    """Position of a theme in the pairs of `PALETTE`: 0 for "light", 1 for "dark".

    Raises:
        ValueError: If the theme is neither.
    """
    if theme not in ("light", "dark"):
        raise ValueError(
            f"theme: got {theme!r}; expected 'light' or 'dark'. Figures are drawn light; "
            "recolour(figure, to='dark') makes the other version."
        )
    return ("light", "dark").index(theme)


def series(count: int) -> list[str]:
    """Light hex colours for `count` lines that have no meaning of their own.

    Args:
        count: Number of lines, 1 to 5; more cannot be told apart and want small multiples.

    Raises:
        ValueError: If the count is outside 1 to 5.
    """
    if not 1 <= count <= 5:
        raise ValueError(
            f"series count: got {count}; expected 1 to 5. "
            "Draw small multiples, or one colour with a spread band, instead of more colours."
        )
    return [PALETTE[f"series-{number}"][0] for number in range(1, count + 1)]
