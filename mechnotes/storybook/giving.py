# ruff: noqa: E501  (a sentence a line)
"""Sentences in which one of two people gives something to the other: indirect objects.

Two names are said, then the giver is named a second time, and what is left to say at the end is the
name that was said once. Both orders occur. In one sentence of six a third person gives, and then
either of the two may receive: the control in which nothing decides.

Source:
    The task is that of Wang et al. 2022, arXiv:2211.00593, section 2; the sentences are ours.
"""

from mechnotes.storybook import words
from mechnotes.storybook.templates import Chances, Labels, Said, any_of, line, uniform

THIRD = 1 / 6
"""Chance that neither of the two named people gives."""
LINES = (
    "when {first} and {second} went to the {place} , {giver} {gave} a {object} to {receiver} .",
    "after {first} and {second} met at the {place} , {giver} {gave} the {object} to {receiver} .",
    "then {first} and {second} had a {adjective} talk , and {giver} {gave} a {object} to {receiver} .",
    "while {first} and {second} stood near the {place} , {giver} {gave} the {adjective} {object} to {receiver} .",
    "{first} and {second} left the {place} , so {giver} {gave} a {adjective} {object} to {receiver} .",
    "at the {place} {first} met {second} , and there {giver} {gave} the {object} to {receiver} .",
)


def partners(name: str) -> tuple[str, ...]:
    """Names that share a giving sentence with this one in training."""
    return tuple(n for n in words.NAMES if n != name and not words.held_out(name, n))


def _giver(said: Said) -> Chances:
    pair = (said["first"], said["second"])
    others = [name for name in words.NAMES if name not in pair]
    thirds = {name: THIRD / len(others) for name in others}
    return thirds | dict.fromkeys(pair, (1 - THIRD) / 2)


def _receiver(said: Said) -> Chances:
    return uniform(said[role] for role in ("first", "second") if said[role] != said["giver"])


RULES = {
    "first": any_of(words.NAMES),
    "second": lambda said: uniform(partners(said["first"])),
    "giver": _giver,
    "receiver": _receiver,
    "gave": any_of(words.GAVE),
    "place": any_of(words.PLACES),
    "object": any_of(words.OBJECTS),
    "adjective": any_of(words.ADJECTIVES),
}


def _label(role: str, said: Said) -> Labels:
    if role not in ("first", "second", "giver", "receiver"):
        return {}
    pair = (said["first"], said.get("second"))
    labels: dict[str, str | int] = {
        "duplicate": int(role in ("giver", "receiver") and said[role] in pair)
    }
    if said.get("giver") in pair:
        labels["part"] = "giver" if said[role] == said["giver"] else "receiver"
    return labels


TEMPLATES = tuple(line("giving", text, RULES, label=_label) for text in LINES)
