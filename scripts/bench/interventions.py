"""One model on three sides, and the same sweeps on each: ours, and transformer_lens.patching twice.

transformer_lens runs its patches on the bridge that our sweeps use too, and on a HookedTransformer
with the same weights. Only here does the project import HookedTransformer.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel

from mechnotes import metrics, models, rng
from mechnotes.patching import activation
from mechnotes.prompts import Pairs

SIDES = ("ours", "bridge", "hooked")
SWEEPS: Mapping[str, tuple[dict[str, Any], str]] = {
    "resid_pre by position": (
        {"site": "resid_pre", "positions": "each"},
        "get_act_patch_resid_pre",
    ),
    "heads": ({"site": "z"}, "get_act_patch_attn_head_out_all_pos"),
    "attention out by position": (
        {"site": "attn_out", "positions": "each"},
        "get_act_patch_attn_out",
    ),
    "MLP out by position": ({"site": "mlp_out", "positions": "each"}, "get_act_patch_mlp_out"),
    "heads by position": (
        {"site": "z", "positions": "each"},
        "get_act_patch_attn_head_out_by_pos",
    ),
}
"""What is swept: our arguments, and the name of the function in transformer_lens.patching."""
N_POS = 15


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A model on three sides and the prompts that all are given."""

    sides: Mapping[str, Any]
    """The model: for us and on the bridge the same object."""
    pairs: Pairs
    """Clean and corrupted prompts."""

    def run(self, side: str, what: str) -> Tensor:
        """Mean logit difference of every patched run, axes in our order."""
        arguments, function = SWEEPS[what]
        if side == "ours":
            return activation.patch(self.sides[side], self.pairs, **arguments).patched.mean(-1)
        found = self._of_transformer_lens(side, function)
        by_head_and_position = what == "heads by position"
        return found.transpose(1, 2) if by_head_and_position else found

    def _of_transformer_lens(self, side: str, function: str) -> Tensor:
        from transformer_lens import patching

        model, pairs = self.sides[side], self.pairs
        with torch.no_grad(), quiet():
            _, cache = model.run_with_cache(pairs.clean)
            sweep: Callable[..., Tensor] = getattr(patching, function)
            return sweep(model, pairs.corrupted, cache, partial(_mean_logit_diff, pairs=pairs))


def contest(shape: str, *, changed: int, n_pairs: int) -> Contest:
    """A random GPT-2 small, or the storybook model, with random prompts.

    Args:
        shape: "gpt2-small" or "storybook".
        changed: First position at which clean and corrupted prompts differ.
        n_pairs: Pairs of prompts.
    """
    with tempfile.TemporaryDirectory() as folder:
        if shape == "gpt2-small":
            GPT2LMHeadModel(_small()).save_pretrained(folder)
            _tokenizer(Path(folder))
        else:
            from mechnotes.storybook import folder as storybook

            folder = str(storybook.path(storybook.DEFAULT))
        bridge = models.load(folder)
        hooked = _hooked(folder)
    sides = {"ours": bridge, "bridge": bridge, "hooked": hooked}
    return Contest(sides=sides, pairs=_pairs(bridge.cfg.d_vocab, changed, n_pairs))


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings that the old class announces its end with."""
    with warnings.catch_warnings(action="ignore"):
        yield


def _small() -> GPT2Config:
    """GPT-2 small: 12 layers of 12 heads, width 768, 50,257 tokens."""
    return GPT2Config(initializer_range=0.05)


def _tokenizer(folder: Path) -> None:
    """Any tokenizer: the prompts are random numbers."""
    from mechnotes.storybook import tokenizer

    tokenizer.build(1024).save_pretrained(folder)


def _hooked(folder: str) -> Any:
    """A HookedTransformer with the weights of a folder, unprocessed as ours are."""
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    from transformer_lens.pretrained.weight_conversions.gpt2 import convert_gpt2_weights

    inside = GPT2LMHeadModel.from_pretrained(folder)
    sizes = inside.config
    with quiet():
        config = HookedTransformerConfig(
            n_layers=sizes.n_layer,
            d_model=sizes.n_embd,
            n_ctx=sizes.n_positions,
            d_head=sizes.n_embd // sizes.n_head,
            n_heads=sizes.n_head,
            d_mlp=4 * sizes.n_embd,
            d_vocab=sizes.vocab_size,
            act_fn="gelu_new",
            normalization_type="LN",
            eps=sizes.layer_norm_epsilon,
        )
        hooked = HookedTransformer(config)
        hooked.load_state_dict(convert_gpt2_weights(inside, config), strict=False)
    return hooked.eval().requires_grad_(False)


def _pairs(d_vocab: int, changed: int, n_pairs: int) -> Pairs:
    generator = rng.generator(0, "bench")
    clean = torch.randint(2, d_vocab, (n_pairs, N_POS), generator=generator)
    corrupted = clean.clone()
    corrupted[:, changed] = (clean[:, changed] + 1) % d_vocab
    answers = torch.randint(2, d_vocab, (n_pairs,), generator=generator)
    texts = ("",) * n_pairs
    return Pairs(
        clean=clean,
        corrupted=corrupted,
        answers=answers,
        wrong=(answers + 1) % d_vocab,
        clean_text=texts,
        corrupted_text=texts,
        answer_words=texts,
        wrong_words=texts,
        positions={"end": torch.full((n_pairs,), N_POS - 1)},
    )


def _mean_logit_diff(logits: Tensor, *, pairs: Pairs) -> Tensor:
    last = logits[:, -1]
    target = metrics.Target(answers=pairs.answers, wrong=pairs.wrong, clean=last)
    return metrics.logit_diff(last, target).mean()
