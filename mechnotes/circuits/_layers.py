"""What must hold of the layers of a planted network?"""

from typing import NoReturn

import torch

from mechnotes import validate


def check(weights: object, planted: object) -> None:
    """Refuse layers that do not fit each other, marks that do not fit them, or many outputs."""
    if not isinstance(weights, tuple) or not weights:
        validate.refuse(
            "weights",
            got="no layers" if weights == () else type(weights).__name__,
            expected="a tuple of at least one matrix [receiver, sender]",
            fix="Make a network with plant().",
        )
    if not isinstance(planted, tuple):
        _refuse_planted(type(planted).__name__, "Write a tuple, also for one layer: (mask,).")
    if len(planted) != len(weights):
        _refuse_planted(f"{len(planted)} for {len(weights)} layers", "Mark every layer.")
    n_senders: dict[str, int] = {}
    for W, mask in zip(weights, planted, strict=True):
        validate.finite(W, "weights")
        validate.shape(W, "weights", ("receiver", "sender"), **n_senders)
        validate.shape(mask, "planted", ("receiver", "sender"), receiver=len(W), sender=W.shape[1])
        if mask.dtype != torch.bool:
            _refuse_planted(f"a tensor of {mask.dtype}", "Compare: planted = mask > 0.")
        n_senders = {"sender": len(W)}
    if len(weights[-1]) != 1:
        validate.refuse(
            "weights",
            got=f"{len(weights[-1])} outputs",
            expected="one output: a last matrix with one row",
            fix="Make a network for each output.",
        )


def _refuse_planted(got: str, fix: str) -> NoReturn:
    validate.refuse(
        "planted", got=got, expected="a matrix of True and False for each layer", fix=fix
    )
