"""What is indirect-object identification when nothing but the names is left of it?

Two people are named, one of them is named again as the giver, and the answer is the other one:

    BOS Ann Ben Ben MID -> Ann        (ABBA: the receiver is named first)
    BOS Ben Ann Ben MID -> Ann        (BABA: the giver is named first)

Six names and two marks are eight symbols, and the 60 prompts are all that can be said with them:
6 x 5 ordered pairs, two givers. Training and evaluation use the same 60, so nothing here is about
new examples; the question is which circuit fits.

Source:
    Adhikari 2025, arXiv:2510.25013 (the symbolic task); Wang et al. 2022, arXiv:2211.00593.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.attention_only.weights import checked as checked_weights

NAMES = ("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn")
SYMBOLS = (*NAMES, "BOS", "MID")
"""All symbols; a symbol's token number is its place here, so names are 0 to 5."""

BOS, MID = SYMBOLS.index("BOS"), SYMBOLS.index("MID")
N_POSITIONS = 5
ABBA, BABA = "ABBA", "BABA"
ORDERS = (ABBA, BABA)
"""Which of two people gives, A being the receiver: the one named second, or the one named first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Prompts:
    """Prompts that end just before the answer."""

    tokens: Int[Tensor, "prompt pos"]
    """Token numbers."""
    answers: Int[Tensor, " prompt"]
    """The receiver: the name said once."""
    wrong: Int[Tensor, " prompt"]
    """The giver: the name said twice."""
    orders: tuple[str, ...]
    """"ABBA" or "BABA" for each prompt."""
    positions: Mapping[str, Int[Tensor, " prompt"]]
    """Position of each role in its prompt: `bos`, `first` and `second` (the two names as they
    come), `repeat` (the giver's second mention), `end`; and `answer` and `giver`, which say where
    the receiver and the giver's first mention stand, in one order or the other."""

    @property
    def text(self) -> tuple[str, ...]:
        """The prompts in words."""
        return tuple(" ".join(SYMBOLS[token] for token in row) for row in self.tokens.tolist())


def all_prompts(order: str | None = None) -> Prompts:
    """Every prompt there is: 60, or the 30 of one order.

    Args:
        order: "ABBA" or "BABA"; None for both, which take turns.

    Returns:
        Prompts in which every name is the answer, and the wrong answer, equally often.

    Raises:
        ValueError: If the order is neither.
    """
    validate.choice(order, "order", (*ORDERS, None))
    people = range(len(NAMES))
    rows = [
        (receiver, giver, form)
        for receiver in people
        for giver in people
        if receiver != giver
        for form in ORDERS
        if order in (form, None)
    ]
    tokens = [
        (BOS, *((answer, wrong) if form == ABBA else (wrong, answer)), wrong, MID)
        for answer, wrong, form in rows
    ]
    answers, wrongs, orders = zip(*rows, strict=True)
    return Prompts(
        tokens=torch.tensor(tokens),
        answers=torch.tensor(answers),
        wrong=torch.tensor(wrongs),
        orders=orders,
        positions=_positions(orders),
    )


def checked(prompts: object) -> Prompts:
    """Check that `prompts` are prompts of this task.

    Raises:
        ValueError: If they are something else, such as a tensor of tokens, or of another length.
    """
    if not isinstance(prompts, Prompts):
        validate.refuse(
            "prompts",
            got=type(prompts).__name__,
            expected="prompts of the symbolic task",
            fix="Pass task.all_prompts().",
        )
    shape = tuple(getattr(prompts.tokens, "shape", ()))
    if shape[1:] != (N_POSITIONS,):
        validate.refuse(
            "prompts",
            got=f"tokens of shape {shape}",
            expected=f"tokens of shape (prompt, pos={N_POSITIONS})",
            fix="Pass task.all_prompts().",
        )
    return prompts


def fitting(weights: object) -> Weights:
    """Check that `weights` are of models that know this task's symbols and positions, no others.

    Raises:
        ValueError: If they are something else, such as a state dict, or models of other texts.
    """
    models = checked_weights(weights)
    if (models.d_vocab, models.n_ctx) != (len(SYMBOLS), N_POSITIONS):
        validate.refuse(
            "weights",
            got=f"models of {models.d_vocab} tokens and {models.n_ctx} positions",
            expected=f"models of {len(SYMBOLS)} symbols and {N_POSITIONS} positions",
            fix="Pass experiments.load(training.train, case).weights, or one of `handmade`.",
        )
    return models


def _positions(orders: tuple[str, ...]) -> dict[str, Int[Tensor, " prompt"]]:
    """Where each role stands."""
    places = {"bos": 0, "first": 1, "second": 2, "repeat": 3, "end": 4}
    fixed = {role: torch.full((len(orders),), place) for role, place in places.items()}
    answer = torch.tensor([1 if order == ABBA else 2 for order in orders])
    return fixed | {"answer": answer, "giver": 3 - answer}
