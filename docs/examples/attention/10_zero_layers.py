# ---
# summary: >-
#   Take away all layers and a transformer is a table of which token follows which. We read the table off trained
#   weights, compare it with the language it was trained on, and make the model too narrow to hold it.
# needs:
#   - "[how attention moves information](../../notes/attention.py)"
# ---

# %% [markdown]
# # What can a transformer without layers know?
#
# Before we ask what heads do, we ask what is left without them. A [token](../../glossary.md#token) is
# [embedded](../../glossary.md#embedding), nothing happens, and the [logits](../../glossary.md#logit) of the next
# token are read off. No position can hear another. So all that such a model can know is a table: after this token,
# how likely is each next one? These are [*bigrams*](../../glossary.md#bigram). Can we find the table in the
# weights, without running the model?

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.circuits.bigrams import (
    chains,
    config,
    evaluation,
    tables,
    training,
    uplifts,
)
from mechnotes.circuits.bigrams import claims as measured
from mechnotes.exercises import products as exercises
from mechnotes.plots import curves, heatmap, scatter, strips

# %% [markdown]
# ## A language that we know by heart
#
# Twenty tokens; after each of them the next is drawn from a row of probabilities that we drew once, at random. That
# is a [Markov chain](../../glossary.md#markov-chain), and its *entropy rate* is the mean surprise that is left to
# somebody who knows all rows: no model can have a lower loss.

# %%
wide = experiments.load(training.train, "zero-layers")
language = config.language(wide.config)
often = chains.stationary(language)
print(f"entropy rate      {chains.entropy_rate(language):.3f} nats")
print(f"single tokens     {chains.entropy(often).item():.3f} nats")
print(f"an even guess     {torch.tensor(20.0).log().item():.3f} nats")

# %% [markdown]
# Knowing only how often tokens come would cost 2.9 nats a token; the bigrams bring that down to 2.02.

# %% [markdown]
# ## The table, read off the weights
#
# Four models, each with a stream of 24 numbers, were trained on this chain. Let `W_E` be the embedding, one row for
# each token, and `W_U` the [unembedding](../../glossary.md#unembedding), one column for each. Then row *i* of
# `W_E W_U` holds the logits after token *i*, and a softmax turns it into probabilities. (These models have positions
# too, of which they make nothing; [`bigram_table`][mechnotes.circuits.bigrams.tables.bigram_table] takes their mean.)

# %% alt="A matrix of twenty by twenty cells: each row has a few dark cells and many pale ones." caption="What one model's weights say; a row is the token that was read, a column the next one." tags=["trained"]
read = tables.bigram_table(wide.weights)
heatmap.plot_matrix(
    read[0],
    label="probability of the next token",
    x_label="next token",
    y_label="last token",
    signed=False,
)

# %% alt="Four hundred dots on the diagonal, from 0 to 0.63." caption="All 400 entries of the table: in the language, and in the weights." tags=["trained"]
scatter.plot_agreement(
    language.transitions.flatten(),
    read[0].flatten(),
    x_label="probability in the language",
    y_label="read off weights",
)

# %% [markdown]
# Every entry that matters to the loss lies on the line; what is very rare in the language is read too high, which no line drawn to this scale would show. The [KL divergence](../../glossary.md#kl-divergence) of a row says what is left: it is
# what the model's loss after that token lies above the lowest possible.

# %%
for seed, row in enumerate(tables.divergence(read, language.transitions)):
    print(
        f"model {seed}: mean {row.mean():.4f} nats, worst {row.max():.4f}"
    )

# %%
claims.badge(measured.bigram_divergence)

# %%
claims.badge(measured.bigram_loss)

# %% [markdown]
# So the weights *are* the table, in all four models, although these have nothing else in common: their embeddings
# started from different random numbers and ended at different ones.

# %% [markdown]
# ## How narrow may it be?
#
# `W_E W_U` is a product of a tall matrix and a wide one. If the stream has *d* numbers, the product has at most
# rank *d*: all its rows are mixtures of *d* rows. Twenty rows of logarithms need up to 19, because a constant added
# to a row changes nothing. A stream of 24 can hold them, a stream of 6 cannot. We trained four of those too.

# %% alt="Two falling lines of singular values. The wide model's falls slowly and reaches zero at the twentieth; the narrow model's drops to zero after the sixth." caption="Singular values of the logarithms of each table. The narrow model has six and not one more." tags=["trained"]
narrow = experiments.load(training.train, "zero-layers-narrow")
squeezed = tables.bigram_table(narrow.weights)
logs = torch.stack((read[0], squeezed[0])).log()
logs = logs - logs.mean(-1, keepdim=True)
sizes = torch.linalg.svdvals(logs)
curves.plot_lines(
    torch.arange(1.0, 21),
    {"wide model": sizes[0], "narrow model": sizes[1]},
    x_label="number of the singular value",
    y_label="size",
    dots=True,
)

# %% [markdown]
# What does it give up? Not a few rows, but the details of all of them.

# %% alt="Two rows of twenty dots. With 24 dimensions all lie at 0; with 6 they spread from 0.05 to 0.4 nats." caption="KL divergence of each row of the table; every dot is one token of one model." tags=["trained"]
lost = tables.divergence(squeezed, language.transitions)
strips.plot_strips(
    {
        "24 dimensions": tables.divergence(read, language.transitions)[0],
        "6 dimensions": lost[0],
    },
    label="nats above the lowest loss (0 is the truth itself)",
)

# %%
print("narrow models:", [f"{one:.3f}" for one in lost.mean(1).tolist()])

# %% [markdown]
# A real model is always narrow in this sense: tens of thousands of tokens, a few hundred or thousand numbers. Its
# direct path is a bigram table seen through a keyhole.

# %% [markdown]
# ## Try to break it
#
# First: is a small KL divergence easy to get? Compare the table with the same language whose rows have been given to
# other tokens.

# %%
shuffled = language.transitions.roll(1, dims=0)
wrong = tables.divergence(read, shuffled).mean().item()
print(f"rows of other tokens: {wrong:.2f} nats")

# %% [markdown]
# Second: does the model really hear nothing but the last token? Put every token in turn into the first place of 64
# texts, and see what happens to the logits at the end.

# %%
texts = evaluation.held_out_texts("zero-layers", n_texts=64)
first = torch.zeros(64, dtype=torch.int64)
moved = uplifts.measured(wide.weights, texts, first, destination=3)
print(f"largest change of any logit: {moved.abs().max().item():g}")

# %% [markdown]
# Exactly zero. What came before can matter only if something carries it: [a head](20_skip_trigrams.py).

# %% [markdown]
# ## Try it
#
# Write the read-off yourself. A first attempt, and its verdict:

# %%
exercises.bigram_table

# %%
exercises.bigram_table.check(lambda W_E, W_U: (W_E @ W_U).T.softmax(dim=-1))

# %% [markdown]
# ## What this page claims

# %%
assert tables.divergence(read, language.transitions).mean(1).max() < 0.01
assert lost.mean(1).min() > 0.1
assert (sizes[1][6:] < 1e-3).all() and sizes[0][12] > 1
assert wrong > 0.5 and moved.abs().max() == 0
for name in ("bigram_divergence", "bigram_loss"):
    assert claims.verdict(getattr(measured, name)).verdict == "reproduced"

# %% [markdown]
# Next: [What does one layer add?](20_skip_trigrams.py)
