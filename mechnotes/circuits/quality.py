"""Is this set of heads the circuit? Three questions that a good one answers with yes.

- *Faithful*: with every other head taken away, is the behaviour still there?
- *Complete*: is nothing missing that matters? Take some of the circuit's heads away, in the circuit
  alone and in the whole model: the same should be lost.
- *Minimal*: does every head matter? There must be a situation in which removing it alone changes
  the outcome.

All are measured on `recovered`: 1 is the whole model, 0 the corrupted prompt.

Source:
    Wang et al. 2022, arXiv:2211.00593, section 4.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes._typing import LanguageModel
from mechnotes.circuits.sets import Head, every_head, existing, subsets
from mechnotes.patching import _checks, _removal, ablation
from mechnotes.prompts import Pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class Completeness:
    """What is left when the same heads are taken from the circuit and from the whole model."""

    removed: tuple[tuple[Head, ...], ...]
    """Heads that were taken away, for each try."""
    in_circuit: Float[Tensor, " tries"]
    """`recovered` of the circuit without them."""
    in_model: Float[Tensor, " tries"]
    """`recovered` of the whole model without them."""

    @property
    def incompleteness(self) -> float:
        """Largest difference between the two, 0 for a complete circuit."""
        return (self.in_circuit - self.in_model).abs().max().item()


def faithfulness(
    model: LanguageModel, pairs: Pairs, circuit: Collection[Head], *, kind: str = "mean"
) -> float:
    """`recovered` with all heads outside of the circuit ablated: 1 if the circuit does it alone.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        circuit: Heads that are kept.
        kind: What stands in for the others, one of `stand_ins.KINDS`.

    Raises:
        ValueError: As `ablation.together`, and if the circuit names a head twice or one that is not
            there.
    """
    kept = existing(model, circuit, "circuit")
    others = [head for head in every_head(model) if head not in kept]
    return ablation.together(model, pairs, others, kind=kind).recovered.item()


def necessity(
    model: LanguageModel, pairs: Pairs, heads: Collection[Head], *, kind: str = "mean"
) -> float:
    """Share of the clean logit difference that is lost without these heads.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        heads: Heads that are ablated together.
        kind: What stands in for them, one of `stand_ins.KINDS`.

    Returns:
        0 if nothing is lost, 1 if all of it is; above 1 the model prefers the wrong answer.

    Raises:
        ValueError: As `faithfulness`, and if the clean runs do not prefer the right answer: there
            is nothing to lose then.
    """
    found = ablation.together(model, pairs, existing(model, heads, "heads"), kind=kind)
    whole = found.clean.mean().item()
    if not whole > 0:
        validate.refuse(
            "pairs",
            got=f"clean prompts with a mean logit difference of {whole:.6g}",
            expected="a mean above 0, of which a share can be lost",
            fix="Take prompts that the model answers rightly; see that answers and wrong are not "
            "exchanged.",
        )
    return 1 - found.patched.mean().item() / whole


def completeness(
    model: LanguageModel,
    pairs: Pairs,
    circuit: Collection[Head],
    *,
    n_tries: int = 10,
    seed: int = 0,
    kind: str = "mean",
) -> Completeness:
    """Take random sets of heads from the circuit and from the whole model, and compare.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        circuit: Heads of the circuit.
        n_tries: Random subsets of the circuit to take away.
        seed: Seed of the subsets.
        kind: See `faithfulness`.

    Raises:
        ValueError: As `faithfulness`, and if there is no try.
    """
    kept = existing(model, circuit, "circuit")
    validate.integer(n_tries, "n_tries", minimum=1)
    removed = subsets(kept, n_sets=n_tries, seed=seed)
    others = [head for head in every_head(model) if head not in kept]
    left = _leaving(model, pairs, kind)
    return Completeness(
        removed=removed,
        in_circuit=torch.tensor([left([*others, *gone]) for gone in removed]),
        in_model=torch.tensor([left(gone) for gone in removed]),
    )


def minimality(
    model: LanguageModel,
    pairs: Pairs,
    circuit: Collection[Head],
    *,
    n_tries: int = 4,
    seed: int = 0,
    kind: str = "mean",
) -> dict[Head, float]:
    """How much each head matters where it matters most.

    For each head: the largest change of `recovered` when it is taken from the circuit, with nothing
    else missing or with one of several random sets of the other heads missing too.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        circuit: Heads of the circuit.
        n_tries: Random sets for each head, beside the empty one.
        seed: Seed of the sets.
        kind: See `faithfulness`.

    Raises:
        ValueError: As `faithfulness`, and if there is no try.
    """
    kept = existing(model, circuit, "circuit")
    validate.integer(n_tries, "n_tries", minimum=1)
    others = [head for head in every_head(model) if head not in kept]
    left = _leaving(model, pairs, kind)
    found = {}
    for head in kept:
        rest = tuple(one for one in kept if one != head)
        missing = [(), *subsets(rest, n_sets=n_tries, seed=seed)]
        changes = [left([*others, *gone]) - left([*others, *gone, head]) for gone in missing]
        found[head] = max(changes, key=abs)
    return found


def _leaving(model: LanguageModel, pairs: Pairs, kind: str) -> Callable[[Collection[Head]], float]:
    """What is left of `recovered` without some heads; both runs are made once, and each set too."""
    start = _removal.removal(model, pairs, kind=kind)

    @cache
    def left(gone: frozenset[Head]) -> float:
        return start.without(_checks.heads(model, sorted(gone))).recovered.item()

    return lambda gone: left(frozenset(gone))
