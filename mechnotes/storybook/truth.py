"""The true chance of every next word, given the text so far.

What a sentence hides is only the template that it comes from. So the best that any reader can do is
to keep, for each template, the chance that it would have said what was said, and to mix their next
words with these weights (Bayes' rule). This is exact: no reader, and no model, can have a lower
expected loss on text of this grammar.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.storybook import grammar
from mechnotes.storybook.templates import Chances, Template
from mechnotes.validate import refuse


class Reader:
    """The best possible reader, who takes one word after the other.

    Attributes:
        belief: Chance of each template, by index in `grammar.TEMPLATES`, given the sentence so far.
    """

    def __init__(self, templates: tuple[Template, ...] = grammar.TEMPLATES):
        weights = grammar.chances_of_templates()
        total = sum(weights[t.name] for t in templates)
        self.templates = templates
        self.prior = {i: weights[t.name] / total for i, t in enumerate(templates)}
        self.start()

    def start(self) -> None:
        """Forget the sentence: a new one begins."""
        self.said: tuple[str, ...] = ()
        self.belief = dict(self.prior)
        self.following = {i: self.templates[i].next(()) for i in self.belief}

    def chances(self) -> Chances:
        """Chances of the next word; they sum to 1."""
        mixed: dict[str, float] = {}
        for index, weight in self.belief.items():
            for word, chance in self.following[index].items():
                mixed[word] = mixed.get(word, 0.0) + weight * chance
        return mixed

    def read(self, word: str) -> None:
        """Take one more word.

        Raises:
            ValueError: If the grammar cannot say this word here.
        """
        belief = {i: w * self.following[i].get(word, 0.0) for i, w in self.belief.items()}
        total = sum(belief.values())
        if not total:
            chances = self.chances()
            likely = sorted(chances, key=chances.__getitem__, reverse=True)[:5]
            refuse(
                "text",
                got=f"{' '.join((*self.said, word))!r}",
                expected=f"after {' '.join(self.said)!r} a word such as {', '.join(likely)}",
                fix="The true chances are known for text of the storybook's grammar only.",
            )
        self.said += (word,)
        self.belief = {i: weight / total for i, weight in belief.items() if weight}
        self.following = {i: self.templates[i].next(self.said) for i in self.belief}
        if not any(self.following.values()):
            self.start()


def distributions(
    text: Sequence[str], *, vocabulary: Sequence[str] | None = None
) -> Float[Tensor, "pos d_vocab"]:
    """True next-word distribution after each word of a text.

    Args:
        text: Words, beginning with `<bos>`; sentences may be cut off at the end.
        vocabulary: Columns of the result; by default `grammar.vocabulary()`.

    Returns:
        Row i holds the chances of the word after `text[i]`; every row sums to 1.

    Raises:
        ValueError: If the grammar cannot produce the text.
    """
    if not text or text[0] != grammar.BOS:
        refuse(
            "text", got=list(text)[:3], expected=f"words after {grammar.BOS!r}", fix="Put it first."
        )
    column = {word: index for index, word in enumerate(vocabulary or grammar.vocabulary())}
    reader = Reader()
    rows = torch.zeros(len(text), len(column))
    for position, word in enumerate(text):
        if position:
            reader.read(word)
        for following, chance in reader.chances().items():
            rows[position, column[following]] = chance
    return rows
