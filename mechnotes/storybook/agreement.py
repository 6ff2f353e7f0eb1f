"""Sentences whose verb agrees with a noun further back, past nouns of the other number."""

from mechnotes.storybook import words
from mechnotes.storybook.templates import Chances, Labels, Said, any_of, line, uniform

SINGULAR_VERBS, PLURAL_VERBS = ("is", "was"), ("are", "were")
NEAR = ("behind", "beside", "near", "under")
USED = ("carried", "found", "lost", "saw")
LINES = (
    "the {noun} {verb} {adjective} .",
    "the {noun} {near} the {attractor:noun} {verb} {adjective} .",
    "the {adjective} {noun} {near} the {attractor:noun} {verb} {colour} .",
    "the {noun} that {name} {used} {verb} {colour} .",
    "the {noun} {near} the {attractor:noun} {beside:near} the {second:noun} {verb} {adjective} .",
    "the {noun} that the {attractor:noun} {used} at the {place} {verb} {adjective} .",
)


def _verb(said: Said) -> Chances:
    return uniform(SINGULAR_VERBS if said["noun"] in words.SINGULAR else PLURAL_VERBS)


RULES = {
    "noun": any_of(words.SINGULAR + words.PLURAL),
    "verb": _verb,
    "near": any_of(NEAR),
    "used": any_of(USED),
    "name": any_of(words.NAMES),
    "place": any_of(words.PLACES),
    "adjective": any_of(words.ADJECTIVES),
    "colour": any_of(words.COLOURS),
}


def _label(role: str, said: Said) -> Labels:
    if role in ("noun", "attractor", "second"):
        return {"number": "singular" if said[role] in words.SINGULAR else "plural"}
    if role == "verb":
        return {"number": "singular" if said["noun"] in words.SINGULAR else "plural"}
    return {}


TEMPLATES = tuple(line("agreement", text, RULES, label=_label) for text in LINES)
