"""What are the places called at which a model's activations can be read and replaced?

A site is a kind of activation; with a layer it is a hook's full name. Names are those of
TransformerLens, so they can be looked up anywhere.

    hooks.name(model, "z", layer=2)     # "blocks.2.attn.hook_z"

Layers count from 0: `resid_pre` of layer 2 is what enters the third block.

One of them is for reading alone. What a hook at `resid_mid` returns reaches the norm before the
MLP and nothing else: the skip connection carries the old stream past it. To change the stream in
the middle of a block by hand, change `attn_out`, which is added to it;
`activation.patch(site="resid_mid")` replaces the stream itself.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from mechnotes import validate
from mechnotes._typing import LanguageModel

SITES: Mapping[str, str] = {
    "resid_pre": "blocks.{layer}.hook_resid_pre",
    "resid_mid": "blocks.{layer}.hook_resid_mid",
    "resid_post": "blocks.{layer}.hook_resid_post",
    "attn_out": "blocks.{layer}.hook_attn_out",
    "mlp_out": "blocks.{layer}.hook_mlp_out",
    "q": "blocks.{layer}.attn.hook_q",
    "k": "blocks.{layer}.attn.hook_k",
    "v": "blocks.{layer}.attn.hook_v",
    "z": "blocks.{layer}.attn.hook_z",
    "pattern": "blocks.{layer}.attn.hook_pattern",
}
"""Hook of each site: the stream before, in the middle of and after a block (`resid_pre`,
`resid_mid`, `resid_post`); what its halves add (`attn_out`, `mlp_out`); of each head the queries,
keys and values (`q`, `k`, `v`), the attention (`pattern`) and the weighted values before the output
matrix (`z`). A hook that returns another `resid_mid` changes what the MLP's norm reads and not the
stream; `attn_out` is the place to do that."""
OF_HEADS = ("q", "k", "v", "z", "pattern")
"""Sites with an axis for the head."""


def name(model: LanguageModel, site: str, *, layer: int) -> str:
    """Full name of a site's hook.

    Args:
        model: The model.
        site: One of `SITES`.
        layer: Which block, from 0.

    Raises:
        ValueError: If there is no such site, no such layer, or the architecture lacks the site.
    """
    check_model(model)
    validate.choice(site, "site", tuple(SITES))
    validate.integer(layer, "layer", maximum=model.cfg.n_layers - 1)
    if not _has(model, site, layer):
        _refuse_lacking(model, site, layer)
    return SITES[site].format(layer=layer)


def n_heads(model: LanguageModel, site: str) -> int | None:
    """Heads that a site has in each layer; None if it has none.

    Keys and values may have fewer heads than queries (grouped-query attention).

    Raises:
        ValueError: If there is no such site.
    """
    check_model(model)
    validate.choice(site, "site", tuple(SITES))
    if site not in OF_HEADS:
        return None
    grouped = model.cfg.n_key_value_heads if site in ("k", "v") else None
    return grouped or model.cfg.n_heads


def check_model(model: LanguageModel) -> LanguageModel:
    """Refuse what is no language model, for example the name of one.

    Returns:
        The model.

    Raises:
        ValueError: If it is none.
    """
    if not all(hasattr(model, member) for member in ("cfg", "blocks", "run_with_hooks")):
        validate.refuse(
            "model",
            got=repr(model) if isinstance(model, str) else type(model).__name__,
            expected="a language model with names for its activations",
            fix='Load one: models.load("storybook").',
        )
    return model


def _has(model: LanguageModel, site: str, layer: int) -> bool:
    """Whether an architecture has a site."""
    place: Any = model
    for part in SITES[site].format(layer=layer).split("."):
        place = place[int(part)] if part.isdigit() else getattr(place, part, None)
    return place is not None


def _refuse_lacking(model: LanguageModel, site: str, layer: int) -> NoReturn:
    """No MLP, or one that reads what attention reads: no stream runs between the two."""
    kind = type(model.blocks[layer]).__name__
    present = ", ".join(f'"{other}"' for other in SITES if _has(model, other, layer))
    validate.refuse(
        "site",
        got=f"{site!r}, which a model with blocks of the kind {kind} does not have",
        expected="a site of this architecture",
        fix=f"Take one of {present}.",
    )
