"""Which latents fire on a text, and how strongly?

Almost all latents are zero almost everywhere, so only the others are kept: for every token the
numbers and values of its active latents. Tensors of all latents are made for a few texts, or for a
few latents, when they are asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import models, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder
from mechnotes.sae.autoencoder import Autoencoder

Pooling = Literal["mean", "max"]
POOLINGS: tuple[Pooling, ...] = ("mean", "max")
AT_ONCE = 2**25
"""Values of latents, zeros included, that are computed in one pass."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Latents:
    """Latents of every token of some texts, without the zeros."""

    words: tuple[tuple[str, ...], ...]
    """The tokens of each text, as they are written; texts may differ in length."""
    tokens: tuple[tuple[int, ...], ...]
    """Their numbers."""
    d_sae: int
    """Latents of the autoencoder."""
    bos: bool
    """Whether the first token of each text is the mark for its beginning."""
    text: Int[Tensor, " active"]
    """For each value that is not zero, in rising order, the text it belongs to."""
    position: Int[Tensor, " active"]
    """Its position in the text."""
    index: Int[Tensor, " active"]
    """Its latent."""
    value: Float[Tensor, " active"]
    """The value, above 0."""

    @property
    def n_texts(self) -> int:
        """Number of texts."""
        return len(self.words)

    @property
    def lengths(self) -> Int[Tensor, " text"]:
        """Tokens in each text."""
        return torch.tensor([len(words) for words in self.words])

    def dense(
        self, texts: Sequence[int] | None = None, latents: Sequence[int] | None = None
    ) -> Float[Tensor, "text pos latent"]:
        """Values with their zeros, of some texts and some latents; all by default.

        Positions beyond a text's end are zero.

        Raises:
            ValueError: If there is no such text or latent, or one is named twice.
        """
        texts = range(self.n_texts) if texts is None else texts
        latents = range(self.d_sae) if latents is None else latents
        _check_once(texts=texts, latents=latents)
        for text in texts:
            validate.integer(text, "texts", maximum=self.n_texts - 1)
        for latent in latents:
            validate.integer(latent, "latents", maximum=self.d_sae - 1)
        row, column = _places(texts, self.n_texts), _places(latents, self.d_sae)
        kept = (row[self.text] >= 0) & (column[self.index] >= 0)
        longest = max((len(self.words[text]) for text in texts), default=0)
        filled = torch.zeros(len(texts), longest, len(latents))
        at = (row[self.text[kept]], self.position[kept], column[self.index[kept]])
        filled[at] = self.value[kept]
        return filled

    def pooled(
        self, how: Pooling = "mean", *, skip_bos: bool = True
    ) -> Float[Tensor, "text latent"]:
        """One number for each text and latent.

        Args:
            how: "mean" or "max" over the tokens of a text.
            skip_bos: Whether to leave out the mark for the beginning. Its activation is the same in
                every text and often much longer than others; with it all texts share latents.

        Raises:
            ValueError: If `how` is none of the two, or a text has no other token.
        """
        validate.choice(how, "how", POOLINGS)
        first = int(self.bos and skip_bos)
        counts = self.lengths - first
        if int(counts.min()) < 1:
            _refuse_short(int(counts.argmin()))
        kept = self.position >= first
        flat = self.text[kept] * self.d_sae + self.index[kept]
        pooled = torch.zeros(self.n_texts * self.d_sae)
        pooled.scatter_reduce_(0, flat, self.value[kept], "sum" if how == "mean" else "amax")
        pooled = pooled.view(self.n_texts, self.d_sae)
        return pooled / counts[:, None] if how == "mean" else pooled

    def top(
        self, n: int = 20, *, how: Pooling = "mean", skip_bos: bool = True
    ) -> list[tuple[int, float]]:
        """The latents with the highest values over all texts, highest first.

        Args:
            n: How many, at most.
            how: As in `pooled`; values of texts are averaged for "mean", the largest is taken for
                "max".
            skip_bos: As in `pooled`.

        Returns:
            Number and value of each; latents that never fire are left out.

        Raises:
            ValueError: If `n` is no count, or as in `pooled`.
        """
        validate.integer(n, "n", minimum=1)
        pooled = self.pooled(how, skip_bos=skip_bos)
        each = pooled.mean(0) if how == "mean" else pooled.amax(0)
        best = each.topk(min(n, self.d_sae))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [(latent, value) for latent, value in pairs if value > 0]

    def zero_share(self) -> float:
        """Share of all values that are zero, from 0 to 1."""
        return 1 - len(self.value) / (int(self.lengths.sum()) * self.d_sae)


def extract(
    model: LanguageModel,
    sae: Autoencoder,
    texts: str | Sequence[str] | Int[Tensor, "text pos"],
    *,
    texts_at_once: int = 64,
) -> Latents:
    """Latents of every token of some texts.

    Args:
        model: The model that the autoencoder was trained on.
        sae: The autoencoder.
        texts: A text, or several that may differ in length, or token numbers as
            `models.tokens` gives them.
        texts_at_once: Texts in one pass, at most; fewer where they are long and latents many.

    Raises:
        ValueError: If the autoencoder does not fit the model, or a text is unusable; see
            `models.tokens`.
    """
    autoencoder.check_fits(model, sae)
    validate.integer(texts_at_once, "texts_at_once", minimum=1)
    rows = _rows(model, texts)
    parts: list[tuple[Tensor, ...]] = []
    for chosen in _alike(rows, texts_at_once, sae.cfg.d_sae):
        tokens = torch.tensor([rows[text] for text in chosen])
        values = autoencoder.values(model, sae, tokens).cpu()
        row, position, index = values.nonzero(as_tuple=True)
        parts.append((torch.tensor(chosen)[row], position, index, values[row, position, index]))
    text, position, index, value = (torch.cat(column) for column in zip(*parts, strict=True))
    order = torch.argsort(text, stable=True)
    return Latents(
        words=tuple(_words(model, row) for row in rows),
        tokens=tuple(tuple(row) for row in rows),
        d_sae=sae.cfg.d_sae,
        bos=_begins_with_bos(model, rows),
        text=text[order],
        position=position[order],
        index=index[order],
        value=value[order],
    )


def _rows(model: LanguageModel, texts: Any) -> list[list[int]]:
    """Token numbers of each text."""
    if isinstance(texts, Tensor):
        validate.shape(texts, "texts", ("text", "pos"))
        return texts.tolist() if texts.numel() else models.tokens(model, []).tolist()
    if isinstance(texts, str) or not isinstance(texts, Sequence) or not texts:
        return models.tokens(model, texts).tolist()
    return [models.tokens(model, text)[0].tolist() for text in texts]


def _alike(rows: Sequence[Sequence[int]], at_once: int, d_sae: int) -> Iterator[list[int]]:
    """Numbers of texts of equal length, a few at a time."""
    by_length: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        by_length.setdefault(len(row), []).append(number)
    for length, numbers in by_length.items():
        count = min(at_once, max(1, AT_ONCE // (length * d_sae)))
        for start in range(0, len(numbers), count):
            yield numbers[start : start + count]


def _words(model: LanguageModel, row: Sequence[int]) -> tuple[str, ...]:
    return tuple(model.tokenizer.convert_ids_to_tokens([*row]))


def _begins_with_bos(model: LanguageModel, rows: Sequence[Sequence[int]]) -> bool:
    bos = getattr(model.tokenizer, "bos_token_id", None)
    return bos is not None and all(row[0] == bos for row in rows)


def _places(chosen: Sequence[int], size: int) -> Int[Tensor, " size"]:
    """For each number its place among the chosen, or -1."""
    places = torch.full((size,), -1)
    places[torch.tensor([*chosen], dtype=torch.long)] = torch.arange(len(chosen))
    return places


def _check_once(**named: Sequence[int]) -> None:
    for name, numbers in named.items():
        if len({*numbers}) < len(numbers):
            validate.refuse(
                name, got=repr([*numbers]), expected="each number once", fix="Leave copies out."
            )


def _refuse_short(text: int) -> NoReturn:
    validate.refuse(
        "texts",
        got=f"text {text} with nothing but the mark for its beginning",
        expected="texts of at least one token more",
        fix="Leave it out, or pool with skip_bos=False.",
    )
