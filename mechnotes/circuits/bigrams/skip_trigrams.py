"""Which skip-trigrams does a one-layer transformer hold, and what do they say without running it?

Each head adds two tables to the bigrams: how strongly a destination looks at a source (the
query-key circuit) and what a source says when it is looked at (output-value). Together they are
skip-trigrams: source ... destination -> output.

Attention adds up to 1, so a source that is looked at takes attention away from something else, and
what that something said is gone. `SkipTrigrams.spoken` is what the source says; `uplift` is what
the logits gain, which is that less what was heard before. Both need something that is not in the
weights: which other tokens compete for attention. Positions are averaged over.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, one-layer transformers.
    That such tables need the data: Shlegeris 2022, One-layer transformers aren't equivalent to a
    set of skip-trigrams. `uplift` is ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import products
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.bigrams import sampling
from mechnotes.circuits.bigrams.tables import at_average_position


@dataclass(frozen=True, kw_only=True, eq=False)
class SkipTrigrams:
    """The tables of a one-layer model, at an average position."""

    scores: Float[Tensor, "seed head destination source"]
    """Attention scores before the softmax, divided by sqrt(d_head)."""
    outputs: Float[Tensor, "seed head source output"]
    """Nats that a source adds to each logit when it is looked at alone, less their mean."""
    direct: Float[Tensor, "seed destination output"]
    """Nats that the destination itself adds to each logit past the head, less their mean."""

    def attention(
        self, texts: Int[Tensor, "text pos"]
    ) -> Float[Tensor, "seed head destination source"]:
        """Share of its attention that each destination gives to each source, if it is there.

        Args:
            texts: Tokens before the destination, whose order is of no account; the source takes
                the place of the first.

        Returns:
            Mean over texts, from 0 to 1.

        Raises:
            ValueError: If these are no texts of at least two tokens that the tables know.
        """
        return self._shares(self._heard(texts)).mean(dim=2)

    def spoken(
        self, texts: Int[Tensor, "text pos"]
    ) -> Float[Tensor, "seed destination source output"]:
        """What each source adds to the logits after each destination: attention times words.

        For one head and one source this is a column times a row, so a source that raises C after B
        and C' after B' raises both after both.

        Args:
            texts: As `attention`.

        Returns:
            Nats, less the mean over outputs.

        Raises:
            ValueError: As `attention`.
        """
        return torch.einsum("shba, shac -> sbac", self.attention(texts), self.outputs)

    def uplift(
        self, texts: Int[Tensor, "text pos"]
    ) -> Float[Tensor, "seed destination source output"]:
        """What the logits gain when a source takes the place of another token.

        Args:
            texts: As `attention`.

        Returns:
            Nats, less the mean over outputs: what the source says, less what was heard instead.

        Raises:
            ValueError: As `attention`.
        """
        others = self._heard(texts)
        shares = self._shares(others)
        kept = torch.einsum("shtba, shtbc -> shbac", 1 - shares, others.words) / len(texts)
        first = shares[..., texts[:, 0]].diagonal(dim1=2, dim2=4).movedim(-1, 2)[..., None]
        first_words = self.outputs[:, :, texts[:, 0]][..., None, :]  # [seed head text 1 output]
        before = (first * first_words + (1 - first) * others.words).mean(dim=2)
        return self.spoken(texts) + (kept - before[..., None, :]).sum(dim=1)

    def _shares(self, others: "_Heard") -> Float[Tensor, "seed head text destination source"]:
        """Attention to each source, in each text."""
        return torch.sigmoid(self.scores[:, :, None] - others.loudness[..., None])

    def _heard(self, texts: object) -> "_Heard":
        """What destinations hear besides the source: the other tokens, and their own."""
        n_tokens = self.scores.shape[-1]
        found = sampling.checked_texts(texts, n_tokens=n_tokens, shortest=2)[:, 1:]
        own = self.scores.diagonal(dim1=-2, dim2=-1)[:, :, None, :, None]
        scores = self.scores[..., found].movedim(3, 2)  # [seed head text destination pos]
        scores = torch.cat([scores, own.expand(-1, -1, len(found), -1, -1)], dim=-1)
        pattern = scores.softmax(dim=-1)
        words = torch.einsum("shtbk, shtkc -> shtbc", pattern[..., :-1], self.outputs[:, :, found])
        return _Heard(
            loudness=scores.logsumexp(dim=-1),
            words=words + pattern[..., -1:] * self.outputs[:, :, None],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Heard:
    """What a destination hears besides the source."""

    loudness: Float[Tensor, "seed head text destination"]
    """Logarithm of the sum of all exponentials of scores."""
    words: Float[Tensor, "seed head text destination output"]
    """What is said, averaged with the attention that it gets."""


def read(weights: Weights) -> SkipTrigrams:
    """Read the tables of a one-layer model off its weights.

    Raises:
        ValueError: If the weights are none or have another number of layers.
    """
    typical = at_average_position(weights)
    if typical.n_layers != 1:
        validate.refuse(
            "weights",
            got=f"models of {typical.n_layers} layers",
            expected="models of one layer",
            fix="More layers compose: expand them into paths with paths.expand.",
        )
    n_tokens = typical.d_vocab
    words = products.ov_circuit(typical)[:, 0, :, :n_tokens]
    direct = products.direct_path(typical)[:, :n_tokens]
    return SkipTrigrams(
        scores=products.qk_circuit(typical)[:, 0, :, :n_tokens, :n_tokens],
        outputs=words - words.mean(dim=-1, keepdim=True),
        direct=direct - direct.mean(dim=-1, keepdim=True),
    )
