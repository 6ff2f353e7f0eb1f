"""What the package may ask of a language model, whoever made it.

The rest of the package sees this Protocol and not transformer_lens: when that library changes,
`models` changes and nothing else. A member stands here only if TransformerBridge has it under this
name, for GPT-2 and Llama alike; `name`, `revision` and `folded` are what `models.load` adds.
Weights multiply from the right: `x @ W`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor, nn

Hook = Callable[..., Tensor | None]
"""Called as `hook(activation, hook=hook_point)`; a tensor that it returns takes the place of it."""


@runtime_checkable
class Sizes(Protocol):
    """Sizes and kinds that are fixed when a model is made."""

    n_layers: int
    """Transformer blocks."""
    n_heads: int
    """Query heads in each block."""
    n_key_value_heads: int | None
    """Key and value heads in each block; None if there are as many as query heads."""
    d_model: int
    """Width of the residual stream."""
    d_head: int
    """Width of a head."""
    d_mlp: int | None
    """Neurons in each MLP."""
    d_vocab: int
    """Tokens that the model knows."""
    n_ctx: int
    """Longest text, in tokens."""
    normalization_type: str | None
    """"LN" for layer norm, "RMS" for its root-mean-square form."""
    default_prepend_bos: bool
    """Whether texts begin with the mark for "beginning of sequence"."""
    device: Any
    """Where the weights are."""


@runtime_checkable
class LanguageModel(Protocol):
    """A language model with names for its activations."""

    name: str
    """What was asked for: "storybook/seed-0", "gpt2", or the path of a folder."""
    revision: str
    """Which version of it: the commit on the hub, or a digest of the folder's files."""
    folded: bool
    """Whether layer norms are folded into the weights after them and the weights centred."""
    cfg: Sizes
    """Sizes."""
    tokenizer: Any
    """The tokenizer, as transformers made it; `models.tokens` is the safer door."""
    hook_dict: Mapping[str, Any]
    """Activations by their full names, such as `blocks.0.attn.o.hook_in`."""
    hook_aliases: Mapping[str, Any]
    """The field's names for some of them, such as `hook_embed`; blocks have their own."""
    blocks: nn.ModuleList
    """Transformer blocks, from the bottom."""
    ln_final: nn.Module
    """The norm before the unembedding."""
    W_E: Float[Tensor, "d_vocab d_model"]
    """Embedding."""
    W_U: Float[Tensor, "d_model d_vocab"]
    """Unembedding; it is the embedding transposed if the two are tied and not folded."""
    b_U: Float[Tensor, " d_vocab"]
    """Bias of the logits; zero unless folding has put something there."""
    W_Q: Float[Tensor, "n_layers n_heads d_model d_head"]
    """Query weights."""
    W_K: Float[Tensor, "n_layers n_key_value_heads d_model d_head"]
    """Key weights."""
    W_V: Float[Tensor, "n_layers n_key_value_heads d_model d_head"]
    """Value weights."""
    W_O: Float[Tensor, "n_layers n_heads d_head d_model"]
    """Output weights of the heads."""

    def __call__(self, input: Int[Tensor, "batch pos"], **options: Any) -> Any:
        """Logits of the next token after each position."""

    def run_with_cache(
        self, input: Int[Tensor, "batch pos"], **options: Any
    ) -> tuple[Any, Mapping[str, Tensor]]:
        """Logits, and activations by name; `names_filter` says which."""

    def run_with_hooks(
        self,
        input: Int[Tensor, "batch pos"],
        fwd_hooks: Sequence[tuple[str, Hook]] = (),
        bwd_hooks: Sequence[tuple[str, Hook]] = (),
        **options: Any,
    ) -> Any:
        """Logits of a run in which hooks may look at activations and replace them."""

    def hooks(
        self,
        fwd_hooks: Sequence[tuple[str, Hook]] = (),
        bwd_hooks: Sequence[tuple[str, Hook]] = (),
        **options: Any,
    ) -> Any:
        """A context in which every run has these hooks."""

    def reset_hooks(self) -> None:
        """Take away all hooks."""

    def to_tokens(self, input: str | list[str], **options: Any) -> Int[Tensor, "batch pos"]:
        """Token numbers of texts, unchecked; `models.tokens` checks."""

    def to_string(self, tokens: Tensor) -> str | list[str]:
        """Text of token numbers."""

    def to_str_tokens(self, input: Any, **options: Any) -> Any:
        """Texts of each token."""
