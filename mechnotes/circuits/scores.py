"""What kind of head is this? Scores that a head's attention and weights give away.

Attention scores are means of a head's pattern over pairs of positions, from 0 (never attends) to 1
(attends there and nowhere else):

- previous token: to the position before;
- duplicate token: to an earlier occurrence of the same token;
- induction: to the token that followed the earlier occurrence, which is what should come next.

The copying score reads weights only: if a head attends to a token, does it raise that token's
logit? A score says what a head looks like. Whether it matters is for `patching` to say.

Source:
    Olsson et al. 2022, In-context Learning and Induction Heads (prefix matching, copying);
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits (OV eigenvalues).
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import hooks, validate
from mechnotes._typing import LanguageModel
from mechnotes.circuits import marks
from mechnotes.patching import _token_checks


@torch.no_grad()
def attention(
    model: LanguageModel,
    tokens: Int[Tensor, "batch pos"],
    where: Bool[Tensor, "batch pos pos"],
) -> Float[Tensor, "layer head"]:
    """Share of attention that falls on marked places, mean over the readers that have any.

    Args:
        model: The model.
        tokens: Token numbers of texts of equal length.
        where: For each reader (second axis) the positions that count (third axis).

    Returns:
        From 0 to 1 for each head; NaN if nothing is marked.

    Raises:
        ValueError: If the tokens are none of this model, or the marks do not have their shape.
    """
    tokens = _texts(model, tokens)
    where = _marks(where, tokens).to(tokens.device)
    names = [hooks.name(model, "pattern", layer=layer) for layer in range(model.cfg.n_layers)]
    _, cache = model.run_with_cache(tokens, names_filter=lambda name: name in names)
    patterns = torch.stack([cache[name] for name in names])  # [layer, batch, head, pos, pos]
    return marks.share(patterns, where).cpu()


def previous_token(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "layer head"]:
    """Attention to the position before, from 0 to 1."""
    tokens = _texts(model, tokens)
    return attention(model, tokens, marks.previous(tokens))


def duplicate_token(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "layer head"]:
    """Attention to earlier occurrences of the reader's own token, from 0 to 1."""
    tokens = _texts(model, tokens)
    return attention(model, tokens, marks.earlier(tokens))


def induction(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "layer head"]:
    """Attention to what followed earlier occurrences of the reader's own token, from 0 to 1."""
    tokens = _texts(model, tokens)
    return attention(model, tokens, marks.followed(tokens))


@torch.no_grad()
def copying(model: LanguageModel) -> Float[Tensor, "layer head"]:
    """Whether each head's OV circuit writes what it reads: +1 copies, -1 suppresses.

    The OV circuit from tokens to logits, W_E W_V W_O W_U, is a large matrix of low rank; its
    eigenvalues other than 0 are those of the small matrix W_O W_U W_E W_V. Layer norms, positions
    and MLPs are left out.

    Returns:
        Sum of the eigenvalues divided by the sum of their absolute values.

    Raises:
        ValueError: If the model is none.

    Source:
        Elhage et al. 2021, section on copying and the eigenvalues of OV circuits.
    """
    hooks.check_model(model)
    embedding, unembedding = model.W_E.cpu().double(), model.W_U.cpu().double()
    back = unembedding @ embedding  # [d_model, d_model]
    groups = model.cfg.n_heads // (model.cfg.n_key_value_heads or model.cfg.n_heads)
    values = model.W_V.cpu().double().repeat_interleave(groups, dim=1)
    small = model.W_O.cpu().double() @ back @ values  # [layer, head, d_head, d_head]
    eigenvalues = torch.linalg.eigvals(small)
    return (eigenvalues.sum(-1).real / eigenvalues.abs().sum(-1)).float()


@torch.no_grad()
def between(
    model: LanguageModel,
    tokens: Int[Tensor, "batch pos"],
    *,
    readers: Int[Tensor, " batch"],
    read: Int[Tensor, " batch"],
) -> Float[Tensor, "layer head"]:
    """Attention from one position of each text to another, for example from the end to a name.

    Args:
        model: The model.
        tokens: Token numbers of texts of equal length.
        readers: Position that attends, in each text.
        read: Position that is attended to.

    Raises:
        ValueError: As `attention`, or if a text has no such position.
    """
    tokens = _texts(model, tokens)
    n_texts, n_pos = tokens.shape
    for name, given in (("readers", readers), ("read", read)):
        _token_checks.positions(given, name, n_texts=n_texts, n_pos=n_pos)
    where = torch.zeros(n_texts, n_pos, n_pos, dtype=torch.bool, device=tokens.device)
    where[torch.arange(n_texts), readers.long(), read.long()] = True
    return attention(model, tokens, where)


def _texts(model: LanguageModel, tokens: Int[Tensor, "batch pos"]) -> Int[Tensor, "batch pos"]:
    """The tokens on the model's device, refused if it cannot read them."""
    return _token_checks.tokens(hooks.check_model(model), tokens, "tokens")


def _marks(
    where: Bool[Tensor, "batch pos pos"], tokens: Int[Tensor, "batch pos"]
) -> Bool[Tensor, "batch pos pos"]:
    """The marks, refused if they are not one for each pair of positions."""
    shape = (*tokens.shape, tokens.shape[1])
    if not isinstance(where, Tensor) or tuple(where.shape) != shape:
        got = f"shape {tuple(where.shape)}" if isinstance(where, Tensor) else type(where).__name__
        validate.refuse(
            "where",
            got=f"{got} for texts {tuple(tokens.shape)}",
            expected=f"one mark for each pair of positions: {shape}",
            fix="Mark readers on the second axis and what they read on the third.",
        )
    if where.dtype != torch.bool:
        validate.refuse(
            "where",
            got=f"a tensor of {where.dtype}",
            expected="marks that are True or False",
            fix="Compare, for example weights > 0: attention is not weighted here.",
        )
    return where
