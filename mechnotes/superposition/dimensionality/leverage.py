"""Why can the shares of all features never add up to more than the number of dimensions?

Let G = WᵀW and let P be the projection on the row space of W, so that G = G P. For feature i

    G_ii = (row i of G) . (row i of P)  <=  |row i of G| |row i of P|        (Cauchy-Schwarz)

Squared and divided by |row i of G|² this reads D_i <= P_ii: the dimensionality of a feature is at
most its *leverage*, and leverages add up to the rank of W exactly. Equality holds where row i of G
is a multiple of row i of P, which is so when the features fall into blocks that are tight frames.

Source: Elhage et al. 2022 and Scherlis et al. 2022 state the bound on the sum; this short proof is
ours. Leverage is a notion of linear regression.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition import geometry


def leverage(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """Squared length of each feature's axis after projection on the row space of W.

    Args:
        W: Weights.

    Returns:
        Numbers in [0, 1] that add up to the rank of W; 0 for a zero column.

    Raises:
        ValueError: If W is not finite.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    _, size, rows = torch.linalg.svd(W, full_matrices=False)
    tolerance = max(W.shape[-2:]) * torch.finfo(W.dtype).eps * size.amax(dim=-1, keepdim=True)
    return (rows.square() * (size > tolerance)[..., None]).sum(dim=-2)


def slack(W: Float[Tensor, "*models d_hidden features"]) -> Float[Tensor, "*models features"]:
    """What is missing from each feature's dimensionality to its leverage.

    Args:
        W: Weights.

    Returns:
        Leverage less dimensionality: 0 for every feature if W falls into tight blocks, else
        positive somewhere.

    Raises:
        ValueError: If W is not finite.
    """
    return leverage(W) - geometry.dimensionality(W)


def capacity_and_leverage(
    W: Float[Tensor, "d_hidden features"],
) -> Float[Tensor, "2 features"]:
    """Capacity and leverage of each feature, one above the other.

    Args:
        W: Weights of one model.

    Returns:
        In the first row C_i = |W_i|⁴ / sum over j of (W_i . W_j)², in the second the leverage; no
        entry of the first row exceeds the one below it.

    Raises:
        ValueError: If W is not finite.

    Source:
        Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, capacity.
    """
    return torch.stack((geometry.dimensionality(W), leverage(W)))
