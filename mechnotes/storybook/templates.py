"""What a template is: given the sentence so far, the chance of each next word.

Most templates are a line of text with named slots, and one rule per slot:

    line("giving", "then {first} gave {second} a {object} .", rules)

A rule gets the words that fill the earlier slots and gives the chances of the words that may fill
this one. So nothing is hidden in a sentence but the template it came from, which is what makes the
true next-word distribution computable (see `truth`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mechnotes.validate import refuse

Chances = Mapping[str, float]
"""Next words and their probabilities; empty when the sentence is complete."""
Said = Mapping[str, str]
"""Slots filled so far, by name."""
Rule = Callable[[Said], Chances]
Labels = Mapping[str, str | int]
"""What is true of one word, by name of the label; a label that does not apply is absent."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """One way to say a sentence."""

    kind: str
    """Which kind of sentence, for example `giving`."""
    name: str
    """The line it was made from, or another readable name; unique within the grammar."""
    next: Callable[[tuple[str, ...]], Chances]
    """Chances of the next word after the words so far."""
    labels: Callable[[tuple[str, ...]], list[Labels]]
    """Labels of each word of a sentence or of its beginning."""
    weight: float = 1.0
    """How often the template is chosen, relative to others of its kind."""


def uniform(words: Iterable[str]) -> Chances:
    """Equal chances; a word listed twice gets twice the share."""
    listed = list(words)
    chances: dict[str, float] = {}
    for word in listed:
        chances[word] = chances.get(word, 0.0) + 1 / len(listed)
    return chances


def any_of(words: Iterable[str]) -> Rule:
    """A rule that takes no notice of the earlier words."""
    chances = uniform(words)
    return lambda _: chances


def line(
    kind: str,
    text: str,
    rules: Mapping[str, Rule],
    *,
    label: Callable[[str, Said], Labels] = lambda _role, _said: {},
    weight: float = 1.0,
) -> Template:
    """A template from a line of text; `{slot}` is filled by the rule of that name.

    Args:
        kind: Kind of sentence.
        text: Words and slots between spaces. `{other:name}` is a slot called `other` that is
            filled by the rule called `name`.
        rules: Rules by name.
        label: Labels of a word from its slot (empty for a fixed word) and all filled slots.
        weight: How often, relative to the kind's other templates.

    Raises:
        ValueError: If a slot has no rule.
    """
    steps = [_step(part, rules) for part in text.split()]

    def following(words: tuple[str, ...]) -> Chances:
        if len(words) >= len(steps):
            return {}
        return steps[len(words)][1](_said(words))

    def labels(words: tuple[str, ...]) -> list[Labels]:
        said = _said(words)
        return [
            {"role": role or "fixed", **label(role, said)}
            for (role, _), _ in zip(steps, words, strict=False)
        ]

    def _said(words: tuple[str, ...]) -> Said:
        return {role: word for (role, _), word in zip(steps, words, strict=False) if role}

    return Template(kind=kind, name=text, next=following, labels=labels, weight=weight)


def _step(part: str, rules: Mapping[str, Rule]) -> tuple[str, Rule]:
    """Slot name (empty for a fixed word) and rule."""
    if not part.startswith("{"):
        chances = {part: 1.0}
        return "", lambda _: chances
    role, _, rule = part.strip("{}").partition(":")
    if (rule or role) not in rules:
        refuse("slot", got=part, expected=f"one of {sorted(rules)}", fix="Write a rule for it.")
    return role, rules[rule or role]
