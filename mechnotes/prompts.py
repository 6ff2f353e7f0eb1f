"""Which pairs of prompts differ in one word that decides the answer?

A clean prompt calls for one answer, its corrupted twin for another or for none; the two have the
same length and differ in one place, so whatever differs between the two runs is about that word.

    pairs = prompts.ioi(n_pairs=64, seed=0)                                   # storybook
    pairs = prompts.ioi(n_pairs=64, seed=0, vocabulary="gpt2", model=gpt2)    # GPT-2

A prompt ends just before the answer. All prompts of a call have equal length in tokens: without a
template, lines of equal length take turns. Prompts for the storybook are beginnings of its own
grammar's sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Int
from torch import Tensor

from mechnotes import validate
from mechnotes._prompts.making import Maker
from mechnotes._prompts.vocabulary import VOCABULARIES, Vocabulary
from mechnotes._typing import LanguageModel
from mechnotes.storybook import repeats

ORDERS = ("ABBA", "BABA")
"""Which of two people gives, A being the receiver: the one named second, or the one named first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Clean and corrupted prompts of equal length, with their answers."""

    clean: Int[Tensor, "batch pos"]
    """Token numbers of the clean prompts."""
    corrupted: Int[Tensor, "batch pos"]
    """Token numbers of the corrupted prompts."""
    answers: Int[Tensor, " batch"]
    """The token that rightly follows each clean prompt."""
    wrong: Int[Tensor, " batch"]
    """The token with which it is compared."""
    clean_text: tuple[str, ...]
    """The clean prompts as text."""
    corrupted_text: tuple[str, ...]
    """The corrupted prompts as text."""
    answer_words: tuple[str, ...]
    """The right answers as words."""
    wrong_words: tuple[str, ...]
    """The wrong ones."""
    positions: Mapping[str, Int[Tensor, " batch"]]
    """Position of each named word in its row; `end` is the last, where the answer is foretold, and
    `changed` the one in which the two prompts differ."""


def ioi(
    *,
    n_pairs: int,
    seed: int,
    vocabulary: str = "storybook",
    template: int | None = None,
    order: str | None = None,
    held_out: bool = False,
    changed: str = "giver",
    model: LanguageModel | None = None,
) -> Pairs:
    """Indirect objects: two are named, one of them gives, and the other receives.

    The answer is the receiver. In the corrupted prompt a third person gives, so nothing decides
    between the two, and the wrong answer is the giver; or, if `changed` is "receiver", a third
    person receives, and is the wrong answer. `positions` also has where both are named first.

    Args:
        n_pairs: Number of pairs.
        seed: Seed of the words.
        vocabulary: "storybook" or "gpt2".
        template: Which line, from 0; None lets lines of equal length take turns.
        order: "ABBA" if the receiver is named first, "BABA" if the giver is; None alternates.
        held_out: Whether to take only pairs of names that the storybook never saw together.
        changed: Who is somebody else in the corrupted prompt, "giver" or "receiver".
        model: Whose tokens; None for the storybook's.

    Raises:
        ValueError: If an argument is none of these, or the model's tokenizer cuts a word in pieces.

    Source:
        Wang et al. 2022, arXiv:2211.00593, sections 2 and 3: p_IOI and p_ABC, one name changed.
    """
    said = _vocabulary(vocabulary, model)
    _check_ioi(order, held_out, changed, vocabulary)
    make = Maker("ioi", said, said.giving, "receiver", template, n_pairs=n_pairs, seed=seed)
    for row in range(n_pairs):
        *named, third = make.names(held_out if vocabulary == "storybook" else None)
        receiver_first = order == "ABBA" if order else (row // len(make.lines)) % 2 == 0
        places = ("first", "second") if receiver_first else ("second", "first")
        chosen = dict(zip(("first", "second"), named, strict=True))
        receiver, giver = (chosen[place] for place in places)
        make.add(
            said.giving_rules,
            {**chosen, "giver": giver},
            changed=("giver" if changed == "giver" else places[0], third),
            answers=(receiver, giver if changed == "giver" else third),
            also=dict(zip(("receiver", "giver_named"), places, strict=True)),
        )
    return Pairs(**make.fields(model))


def induction(
    *,
    n_pairs: int,
    seed: int,
    vocabulary: str = "storybook",
    length: int = 8,
    given: int | None = None,
    model: LanguageModel | None = None,
) -> Pairs:
    """A list of random words said twice, broken off in the second half.

    In the corrupted prompt another word stands in the first half where the answer stood; that word
    is the wrong answer.

    Args:
        n_pairs: Number of pairs.
        seed: Seed of the words.
        vocabulary: "storybook" or "gpt2".
        length: Words in one half, from 3 to 10; all are different.
        given: Words of the second half that are given, from 1 to length - 1; None for half of them.
        model: Whose tokens; None for the storybook's.

    Raises:
        ValueError: If an argument is none of these, or the model's tokenizer cuts a word in pieces.
    """
    said = _vocabulary(vocabulary, model)
    low, high = min(repeats.LENGTHS), max(repeats.LENGTHS)
    validate.integer(length, "length", minimum=low, maximum=high)
    given = length // 2 if given is None else given
    validate.integer(given, "given", minimum=1, maximum=length - 1)
    line, until = said.repeat(length), f"second_{given}"
    make = Maker("induction", said, (line,), until, 0, n_pairs=n_pairs, seed=seed)
    for _ in range(n_pairs):
        *listed, other = make.different(said.repeatable, length + 1)
        halves = ("first", "second")
        chosen = {f"{half}_{n}": word for half in halves for n, word in enumerate(listed)}
        make.add({}, chosen, changed=(f"first_{given}", other), answers=(listed[given], other))
    return Pairs(**make.fields(model))


def sentiment(
    *,
    n_pairs: int,
    seed: int,
    vocabulary: str = "storybook",
    template: int | None = None,
    model: LanguageModel | None = None,
) -> Pairs:
    """Something happy or something angry happens to somebody, who reacts accordingly.

    In the corrupted prompt the event is of the other kind, and the wrong answer is a reaction to
    that. Happy and angry clean prompts take turns, so a model that always says happy words is right
    half of the time. A reaction is one of several that are equally right.

    Args:
        n_pairs: Number of pairs.
        seed: Seed of the words.
        vocabulary: "storybook" or "gpt2".
        template: Which line, from 0; None lets lines of equal length take turns.
        model: Whose tokens; None for the storybook's.

    Raises:
        ValueError: If an argument is none of these, or the model's tokenizer cuts a word in pieces.
    """
    said = _vocabulary(vocabulary, model)
    make = Maker("sentiment", said, said.feelings, "reaction", template, n_pairs=n_pairs, seed=seed)
    for row in range(n_pairs):
        kinds = ("happy", "angry") if (row // len(make.lines)) % 2 == 0 else ("angry", "happy")
        event, other = (make.one_of(said.events[kind]) for kind in kinds)
        right, wrong = (make.one_of(said.reactions[kind]) for kind in kinds)
        who = make.one_of(said.names)
        chosen = {"who": who, "one": who, "event": event}
        if calm := said.events.get("neutral"):  # a second person's, which differs from either kind
            chosen["other_event"] = make.one_of(calm)
        make.add(said.feelings_rules, chosen, changed=("event", other), answers=(right, wrong))
    return Pairs(**make.fields(model))


def agreement(
    *,
    n_pairs: int,
    seed: int,
    vocabulary: str = "storybook",
    template: int | None = None,
    model: LanguageModel | None = None,
) -> Pairs:
    """A verb agrees with a noun further back, whatever nouns stand between.

    In the corrupted prompt the noun has the other number, and the wrong answer is the verb in that
    number. Singular and plural clean prompts take turns.

    Args:
        n_pairs: Number of pairs.
        seed: Seed of the words.
        vocabulary: "storybook" or "gpt2".
        template: Which line, from 0; None lets lines of equal length take turns.
        model: Whose tokens; None for the storybook's.

    Raises:
        ValueError: If an argument is none of these, or the model's tokenizer cuts a word in pieces.
    """
    said = _vocabulary(vocabulary, model)
    make = Maker("agreement", said, said.agreement, "verb", template, n_pairs=n_pairs, seed=seed)
    for row in range(n_pairs):
        number = (row // len(make.lines)) % 2
        noun = said.nouns[make.index(len(said.nouns))]
        verb = said.verbs[make.index(len(said.verbs))]
        make.add(
            said.agreement_rules,
            {"noun": noun[number]},
            changed=("noun", noun[1 - number]),
            answers=(verb[number], verb[1 - number]),
        )
    return Pairs(**make.fields(model))


def _check_ioi(order: str | None, held_out: bool, changed: str, vocabulary: str) -> None:
    validate.choice(order, "order", (*ORDERS, None))
    validate.choice(changed, "changed", ("giver", "receiver"))
    validate.choice(held_out, "held_out", (True, False))
    if held_out and vocabulary != "storybook":
        validate.refuse(
            "held_out",
            got=f"True with the vocabulary {vocabulary!r}",
            expected="False: only the storybook's training kept names apart",
            fix="Leave held_out out.",
        )


def _vocabulary(name: str, model: LanguageModel | None) -> Vocabulary:
    """The vocabulary of a name; only the storybook's tokens are known without a model."""
    validate.choice(name, "vocabulary", tuple(VOCABULARIES))
    if model is None and name != "storybook":
        validate.refuse(
            "model",
            got=f"None with the vocabulary {name!r}",
            expected="the model whose tokens the prompts should be",
            fix=f'Pass model=models.load("{name}").',
        )
    return VOCABULARIES[name]
