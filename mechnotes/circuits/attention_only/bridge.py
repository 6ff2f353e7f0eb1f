"""One attention-only transformer as a language model that every other tool can open.

    model = bridge.bridge(trained.weights, seed=0)
    scores.previous_token(model, tokens)

Patching, scores and graphs know a `LanguageModel`; this makes one from weights, with hooks at every
activation. It has no tokenizer: texts are token numbers.
"""

from mechnotes import validate
from mechnotes._models import native
from mechnotes._typing import LanguageModel
from mechnotes.circuits.attention_only.weights import Weights, checked


def bridge(weights: Weights, *, seed: int = 0) -> LanguageModel:
    """Open one of several models.

    Args:
        weights: The models; at least one layer.
        seed: Which of them.

    Returns:
        A TransformerBridge in evaluation mode whose weights ask for no gradient.

    Raises:
        ValueError: If there is no such model, or it has no layer.
    """
    one = checked(weights).one(seed)
    if not one.n_layers:
        validate.refuse(
            "weights",
            got="a model without layers",
            expected="at least one layer",
            fix="Read a model without layers off its weights, with products.direct_path.",
        )
    return native.attention_only({name: W[0] for name, W in one.tensors().items()})
