"""Sentences with brackets and quotation marks inside each other, closed in the right order.

A name, `wrote`, and then a group: an opening mark, colours and further groups, and the closing mark
that belongs to it. A group holds at least one word, groups are nested at most three deep, and after
ten words only closing is left.
"""

from collections.abc import Sequence

from mechnotes.storybook import words
from mechnotes.storybook.templates import Chances, Labels, Template, uniform

DEEPEST = 3
LONGEST = 10
OPEN, CLOSE = 0.2, 0.35
"""Chances of opening and of closing a group where both are allowed; the rest is a colour."""


def stack(marks: Sequence[str]) -> list[str]:
    """Marks that are open after these words, the innermost last."""
    opened: list[str] = []
    for word in marks:
        if word in words.BRACKETS:
            opened.append(word)
        elif opened and word == words.BRACKETS[opened[-1]]:
            opened.pop()
    return opened


def following(said: tuple[str, ...]) -> Chances:
    """Chances of the next word."""
    if len(said) < 2:
        return uniform(words.NAMES) if not said else {"wrote": 1.0}
    group = said[2:]
    opened = stack(group)
    if not group:
        return uniform(words.BRACKETS)
    if not opened:
        return {} if group[-1] == "." else {".": 1.0}
    return _inside(group, opened)


def _inside(group: Sequence[str], opened: list[str]) -> Chances:
    closing = words.BRACKETS[opened[-1]]
    if group[-1] in words.BRACKETS:  # a group is never empty
        open_chance, close_chance = OPEN, 0.0
    else:
        open_chance, close_chance = OPEN, CLOSE
    if len(opened) == DEEPEST:
        open_chance = 0.0
    if len(group) >= LONGEST and close_chance:
        return {closing: 1.0}
    rest = 1 - open_chance - close_chance
    chances = {colour: rest / len(words.COLOURS) for colour in words.COLOURS}
    chances |= {mark: open_chance / len(words.BRACKETS) for mark in words.BRACKETS if open_chance}
    return chances | ({closing: close_chance} if close_chance else {})


def labels(said: tuple[str, ...]) -> list[Labels]:
    """Depth before each word's own mark is counted, and whether the word stands in a quotation."""
    found: list[Labels] = []
    for position, word in enumerate(said):
        opened = stack(said[2:position])
        role = ("name", "fixed")[position] if position < 2 else _role(word)
        inside: dict[str, str | int] = {
            "role": role,
            "depth": len(opened),
            "quoted": int("“" in opened),
        }
        found.append(inside | ({"duplicate": 0} if position == 0 else {}))
    return found


def _role(word: str) -> str:
    if word in words.BRACKETS:
        return "open"
    return "close" if word in words.BRACKETS.values() else "fixed" if word == "." else "colour"


TEMPLATES = (Template(kind="nesting", name="{name} wrote ( ... )", next=following, labels=labels),)
