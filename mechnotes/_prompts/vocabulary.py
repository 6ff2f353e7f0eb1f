# ruff: noqa: E501, SIM905  (lists of words are easier to read as text)
"""Words and lines from which prompts are made: the storybook's own, and a set for GPT-2.

The storybook's are its grammar's, so that its prompts are beginnings of sentences it was trained
on. The words for GPT-2 are each one token of its tokenizer when a space stands before them, which
is checked whenever a text is encoded.

Source:
    Names, places and objects for GPT-2 are among those of Wang et al. 2022, arXiv:2211.00593.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mechnotes.storybook import agreement, feelings, giving, repeats, words
from mechnotes.storybook.templates import Rule, any_of


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What the builders need to know of a language."""

    names: tuple[str, ...]
    """Names of people."""
    giving: tuple[str, ...]
    """Lines with the slots first, second, giver and receiver."""
    giving_rules: Mapping[str, Rule]
    """What may fill their slots."""
    feelings: tuple[str, ...]
    """Lines with the slots event and reaction."""
    feelings_rules: Mapping[str, Rule]
    """What may fill their slots."""
    events: Mapping[str, tuple[str, ...]]
    """Verbs for what happens, by sentiment."""
    reactions: Mapping[str, tuple[str, ...]]
    """Words for what follows from it, by sentiment."""
    agreement: tuple[str, ...]
    """Lines with the slots noun and verb."""
    agreement_rules: Mapping[str, Rule]
    """What may fill their slots."""
    nouns: tuple[tuple[str, str], ...]
    """Singular and plural."""
    verbs: tuple[tuple[str, str], ...]
    """Singular and plural."""
    repeat: Callable[[int], str]
    """Line in which so many words are said twice: slots first_0, ... and second_0, ..."""
    repeatable: tuple[str, ...]
    """Words to repeat."""
    spaced: bool
    """Whether a space stands before punctuation too."""


def _reaction_comes_first(line: str) -> bool:
    """Whether no other word gives the sentiment away between the event and the reaction."""
    return "{reaction}" in line and "{feeling}" not in line


STORYBOOK = Vocabulary(
    names=words.NAMES,
    giving=giving.LINES,
    giving_rules=giving.RULES,
    feelings=tuple(line for line in feelings.LINES if _reaction_comes_first(line)),
    feelings_rules=feelings.RULES,
    events=words.EVENTS,
    reactions=words.REACTIONS,
    agreement=agreement.LINES,
    agreement_rules=agreement.RULES,
    nouns=tuple(zip(words.SINGULAR, words.PLURAL, strict=True)),
    verbs=tuple(zip(agreement.SINGULAR_VERBS, agreement.PLURAL_VERBS, strict=True)),
    repeat=repeats.text,
    repeatable=words.REPEATABLE,
    spaced=True,
)

_NAMES = tuple(
    "Aaron Adam Alice Amy Andrew Anna Brian Charles Daniel David Emily Eric Frank George Henry Jack James Jane John Kate Kevin Laura Lisa Luke Maria Mark Martin Mary Matthew Michael Paul Peter Rachel Richard Robert Ryan Sarah Scott Simon Thomas Tyler William".split()
)
_THINGS = tuple("bag ball book computer drink key letter map phone ring ticket watch".split())
_PLACES = tuple("garden hospital house office park restaurant school station store".split())
_SINGULAR = tuple("bird book boy car cat dog girl horse house key tree".split())
_PLURAL = tuple("birds books boys cars cats dogs girls horses houses keys trees".split())
_EVENTS = {"happy": ("earned", "found", "won"), "angry": ("broke", "dropped", "lost")}


def _list_twice(length: int) -> str:
    first = " ".join(f"{{first_{n}}}" for n in range(length))
    second = " ".join(f"{{second_{n}}}" for n in range(length))
    return f"The list is {first} and again {second}"


GPT2 = Vocabulary(
    names=_NAMES,
    giving=(
        "When {first} and {second} went to the {place} , {giver} gave a {object} to {receiver}",
        "After {first} and {second} met at the {place} , {giver} gave the {object} to {receiver}",
        "Then {first} and {second} had a long talk , and {giver} gave a {object} to {receiver}",
        "While {first} and {second} were at the {place} , {giver} handed a {object} to {receiver}",
    ),
    giving_rules={"place": any_of(_PLACES), "object": any_of(_THINGS)},
    feelings=(
        "Today {who} {event} the {object} and felt very {reaction}",
        "At the {place} , {who} {event} the {object} and felt very {reaction}",
    ),
    feelings_rules={
        "who": any_of(_NAMES),
        "object": any_of(_THINGS),
        "place": any_of(_PLACES),
    },
    events=_EVENTS,
    reactions={"happy": ("happy", "pleased", "proud"), "angry": ("angry", "sad", "upset")},
    agreement=(
        "The {noun} {verb}",
        "The {noun} near the {attractor:noun} {verb}",
        "The {noun} that {name} saw {verb}",
        "The {noun} behind the {attractor:noun} at the {place} {verb}",
    ),
    agreement_rules={
        "noun": any_of(_SINGULAR + _PLURAL),
        "name": any_of(_NAMES),
        "place": any_of(_PLACES),
    },
    nouns=tuple(zip(_SINGULAR, _PLURAL, strict=True)),
    verbs=(("is", "are"), ("was", "were")),
    repeat=_list_twice,
    repeatable=tuple(sorted({*_THINGS, *_PLACES, *_SINGULAR, *_PLURAL})),
    spaced=False,
)
VOCABULARIES = {"storybook": STORYBOOK, "gpt2": GPT2}
