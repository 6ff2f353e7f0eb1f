"""How surprised are models by every token of a text?"""

from jaxtyping import Float, Int
from torch import Tensor

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights


def losses(
    weights: Weights, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed batch target"]:
    """Cross-entropy of every token after the first, in nats; ln V is a guess among V tokens.

    Args:
        weights: The models.
        tokens: Token numbers of texts of equal length.

    Raises:
        ValueError: If the weights are none or do not know the tokens.
    """
    return of_logits(model.logits(weights, tokens), tokens)


def of_logits(
    logits: Float[Tensor, "seed batch pos d_vocab"], tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "seed batch target"]:
    """Cross-entropy of every token after the first under given logits, in nats."""
    log_probs = logits[:, :, :-1].log_softmax(dim=-1)
    targets = tokens[None, :, 1:, None].expand(len(log_probs), -1, -1, -1)
    return -log_probs.gather(-1, targets)[..., 0]
