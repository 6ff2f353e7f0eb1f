"""Do the two scores of induction heads give a perfect head, built by hand, what they should?

Source:
    Olsson et al. 2022: prefix matching on a random string of 25 tokens said four times, added up
    over the earlier copies, and the share of the attended token among all that a head raises.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng
from mechnotes.circuits import marks
from mechnotes.circuits.attention_only import model, products
from mechnotes.circuits.by_hand import induction
from mechnotes.claims import Band, Measured, claim

OLSSON = "Olsson et al. 2022, In-context Learning and Induction Heads"
N_LETTERS, N_ROUNDS = 25, 4


@claim(
    id="N-IH-1a",
    statement="A perfect induction head has a prefix-matching score of 1",
    published="above 0.95 by definition; about one over the length if it looks everywhere",
    source=OLSSON,
    band=Band(low=0.95, high=1, unit="prefix-matching score"),
    control_band=Band(low=0, high=0.05, unit="prefix-matching score"),
    recorded="reproduced",
)
def prefix_matching_by_hand() -> Measured:
    """The upper head of the K-construction. Control: a head that looks everywhere alike."""
    tokens = _repeated(n_texts=20)
    built = induction.build("K", n_letters=N_LETTERS, n_ctx=tokens.shape[1])
    where = marks.followed(tokens)
    found = marks.share(model.forward(built, tokens).patterns, where)[0, 1, 0]
    even = torch.ones(tokens.shape[1], tokens.shape[1]).tril()
    even = (even / even.sum(1, keepdim=True)).expand(len(tokens), 1, -1, -1)
    return Measured(value=found.item(), control=marks.share(even, where).item())


@claim(
    id="N-IH-1b",
    statement="A perfect induction head raises the token that it looks at and no other",
    published="above 0.95 by definition",
    source=OLSSON,
    band=Band(low=0.95, high=1, unit="share of the attended token"),
    control_band=Band(low=0, high=0.2, unit="share of the attended token"),
    recorded="reproduced",
)
def copying_by_hand() -> Measured:
    """The upper head of the K-construction. Control: random matrices of the same size."""
    built = induction.build("K", n_letters=N_LETTERS)
    letters = slice(1, 1 + N_LETTERS)
    says = products.ov_circuit(built)[0, 1, 0, letters, letters]
    noise = torch.randn(says.shape, generator=rng.generator(0, "copying"))
    return Measured(value=_own_share(says), control=_own_share(noise))


def _repeated(*, n_texts: int) -> Int[Tensor, "text pos"]:
    """The mark for the beginning, then a random string said several times."""
    drawn = torch.rand(n_texts, N_LETTERS, generator=rng.generator(0, "prefix matching"))
    rounds = (drawn.argsort(1) + 1).repeat(1, N_ROUNDS)
    return torch.cat((torch.zeros(n_texts, 1, dtype=torch.long), rounds), dim=1)


def _own_share(says: Float[Tensor, "token logit"]) -> float:
    """Of all that is raised above the mean when a token is read, the part of that token."""
    raised = (says - says.mean(-1, keepdim=True)).relu()
    return (raised.diagonal() / raised.sum(-1)).mean().item()
