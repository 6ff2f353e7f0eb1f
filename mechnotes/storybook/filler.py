"""Plain sentences in which nothing is to be foretold: what stands between the others."""

from mechnotes.storybook import words
from mechnotes.storybook.templates import Labels, Said, any_of, line

LINES = (
    "it was a {adjective} day .",
    "the {noun} was {adjective} .",
    "{name} walked to the {place} .",
    "{name} had a {colour} {object} .",
    "there was a {adjective} {noun} near the {place} .",
)
RULES = {
    "name": any_of(words.NAMES),
    "noun": any_of(words.SINGULAR),
    "object": any_of(words.OBJECTS),
    "place": any_of(words.PLACES),
    "adjective": any_of(words.ADJECTIVES),
    "colour": any_of(words.COLOURS),
}


def _label(role: str, _said: Said) -> Labels:
    return {"duplicate": 0} if role == "name" else {}


TEMPLATES = tuple(line("filler", text, RULES, label=_label) for text in LINES)
