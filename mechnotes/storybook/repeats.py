"""Random words, said twice: the second time nothing is left to chance.

The words are drawn independently, so only the copy helps to foretell the second half. How many
there are is not told; the word `again` ends the first half.
"""

from mechnotes.storybook import words
from mechnotes.storybook.templates import Chances, Labels, Rule, Said, any_of, line

LENGTHS = range(3, 11)
"""Words in one half."""


def _copied(number: int) -> Rule:
    def rule(said: Said) -> Chances:
        return {said[f"first_{number}"]: 1.0}

    return rule


RULES = {"word": any_of(words.REPEATABLE)} | {f"copy_{n}": _copied(n) for n in range(max(LENGTHS))}


def _label(role: str, _said: Said) -> Labels:
    half, _, number = role.partition("_")
    return {"copy": int(half == "second"), "offset": int(number)} if number else {}


def text(length: int) -> str:
    """The line for so many words."""
    first = " ".join(f"{{first_{n}:word}}" for n in range(length))
    second = " ".join(f"{{second_{n}:copy_{n}}}" for n in range(length))
    return f"say {first} again {second} ."


TEMPLATES = tuple(line("repeat", text(length), RULES, label=_label) for length in LENGTHS)
