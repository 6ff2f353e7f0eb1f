"""E12 and E13: bigrams and paths, read off weights."""

import torch
from torch import Tensor

from mechnotes.circuits.bigrams import paths, tables
from mechnotes.exercises import _wrong_products as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality


def drawn(generator: torch.Generator, *shape: int) -> Tensor:
    """Normal numbers with two decimals."""
    return torch.randn(shape, generator=generator).round(decimals=2)


def _embeddings(generator: torch.Generator) -> tuple[Trial, ...]:
    """A stream that is narrower than the vocabulary, and one that is wider."""
    trials = []
    for n_tokens, d_model in ((4, 3), (6, 9), (3, 1)):
        W_E = drawn(generator, n_tokens, d_model)
        W_U = drawn(generator, d_model, n_tokens)
        trials.append(Trial(given={"W_E": W_E, "W_U": W_U}, n_positional=2))
    return tuple(trials)


def _one_layer_models(generator: torch.Generator) -> tuple[Trial, ...]:
    """Two heads and one; the second text is shorter than the model allows."""
    trials = []
    for n_tokens, n_heads, d_head, n_ctx, n_pos in ((5, 2, 3, 4, 4), (7, 1, 2, 6, 3)):
        d_model = 6
        reading = (n_heads, d_model, d_head)
        given = {
            "tokens": torch.randperm(n_tokens, generator=generator)[:n_pos],
            "W_E": drawn(generator, n_tokens, d_model),
            "W_pos": drawn(generator, n_ctx, d_model),
            "W_Q": drawn(generator, *reading),
            "W_K": drawn(generator, *reading),
            "W_V": drawn(generator, *reading),
            "W_O": drawn(generator, n_heads, d_head, d_model),
            "W_U": drawn(generator, d_model, n_tokens),
        }
        trials.append(Trial(given=given))
    return tuple(trials)


bigram_table = Exercise(
    id="E12",
    title="What does a transformer without layers know?",
    task="""\
Read the bigrams of a transformer without layers off its weights.

`bigrams(W_E, W_U)`

- `W_E`: `[token d_model]`, the embedding: row i is what token i puts into the stream;
- `W_U`: `[d_model token]`, the unembedding: column j is what makes token j likely.

Return `[token next]`: row i holds the probability of each next token after token i.""",
    reference=tables.bigrams,
    verdict=Equality(),
    inputs=_embeddings,
    misconceptions=(
        Misconception(
            mistake="the table is transposed",
            wrong=lambda W_E, W_U: (W_E @ W_U).mT.softmax(-1),
            hint="Whose row is it? A row belongs to the token that was read, a column to the one "
            "that follows.",
        ),
        Misconception(
            mistake="probabilities add up over the token that was read",
            wrong=lambda W_E, W_U: (W_E @ W_U).softmax(-2),
            hint="After every token something follows: along which axis does that make 1?",
        ),
        Misconception(
            mistake="logits are returned",
            wrong=lambda W_E, W_U: W_E @ W_U,
            hint="Logits still have to become probabilities.",
        ),
        Misconception(
            mistake="embeddings are compared with each other",
            wrong=lambda W_E, _W_U: (W_E @ W_E.mT).softmax(-1),
            hint="Which tokens are alike is another question. Follow the stream to the logits.",
        ),
        Misconception(
            mistake="logits are divided by their sum",
            wrong=lambda W_E, W_U: (W_E @ W_U) / (W_E @ W_U).sum(-1, keepdim=True),
            hint="Logits may be negative. What turns them into probabilities?",
        ),
    ),
    hints=(
        "Write down the stream after token i, then the logits that are read from it.",
        "All tokens at once: one matrix product.",
        "`torch.softmax`, along the axis of what follows.",
    ),
    starter='''def bigrams(W_E, W_U):
    """Probability of each next token after each token [token next]."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("embedding", "unembedding", "logit"),
)

path_sum = Exercise(
    id="E13",
    title="Which paths do the logits come by?",
    task="""\
Take the logits of a one-layer attention-only transformer apart into its paths: the direct one, and
one through each head. There is no layer norm and no bias, and weights multiply from the right.

`logit_paths(tokens, *, W_E, W_pos, W_Q, W_K, W_V, W_O, W_U)`

- `tokens`: `[pos]`, one text; it may be shorter than the longest one allowed;
- `W_E` `[token d_model]` and `W_pos` `[n_ctx d_model]`, whose rows are added up in the stream;
- `W_Q`, `W_K`, `W_V` `[head d_model d_head]` and `W_O` `[head d_head d_model]`;
- `W_U` `[d_model token]`.

Return `[1 + head, pos, token]`, in nats: the direct path first, then the heads in order. Their sum
must be the logits after every position.""",
    reference=paths.one_layer,
    verdict=Equality(),
    inputs=_one_layer_models,
    misconceptions=(
        Misconception(
            mistake="attention scores are not divided by the root of d_head",
            wrong=wrong.unscaled,
            hint="Dot products of longer queries and keys are larger. Something keeps them in "
            "bounds before the softmax.",
        ),
        Misconception(
            mistake="attention scores are divided by the root of d_head twice",
            wrong=wrong.scaled_twice,
            hint="Is the factor in your query-key product already?",
        ),
        Misconception(
            mistake="W_V and W_O are multiplied into the transposed matrix",
            wrong=wrong.transposed_output,
            hint="Values are made first and written out after; `x @ A @ B` applies A first.",
        ),
        Misconception(
            mistake="queries and keys have exchanged their roles",
            wrong=wrong.swapped_roles,
            hint="The position that reads asks with its query. Which axis of the pattern is it on?",
        ),
        Misconception(
            mistake="positions are left out",
            wrong=wrong.placeless,
            hint="The stream holds a token and its position. Both ask, are asked, and are said.",
        ),
        Misconception(
            mistake="positions count for attention but not for what is said",
            wrong=wrong.places_only_asked,
            hint="A position's embedding goes through W_V, W_O and W_U too, and straight to the "
            "logits.",
        ),
        Misconception(
            mistake="positions attend to what comes after them",
            wrong=wrong.unmasked,
            hint="The first token can only look at itself.",
        ),
    ),
    hints=(
        "The stream is `W_E[tokens] + W_pos[:len(tokens)]`; the direct path unembeds it.",
        "Each head: scores, a mask, a softmax; then the pattern times what each position says.",
        "`pattern @ stream @ W_V @ W_O @ W_U` for each head; `torch.cat` or `torch.stack` at last.",
    ),
    starter='''def logit_paths(tokens, *, W_E, W_pos, W_Q, W_K, W_V, W_O, W_U):
    """Direct path and one path for each head [1 + head, pos, token]."""
    ...''',
    difficulty="medium",
    minutes=20,
    prerequisites=("residual stream", "attention head", "pattern", "unembedding"),
)
