# ---
# order: 25
# group: Language models
# title: Attention
# summary: >-
#   Attention heads move information between words. Leave everything else out of a transformer, and what it
#   computes can be multiplied out by hand: tables of pairs, of triples, and heads that work together.
# ---

# %% [markdown]
# # How does attention move information?
#
# In a [transformer](../glossary.md#transformer) only [attention heads](../glossary.md#attention-head)
# carry anything from one word to another. *A Mathematical Framework for Transformer Circuits* (Elhage and
# others, 2021) took a transformer in which there is nothing else, no MLPs and no layer norm, and
# found that such a model can be read from its weights like a table. This note gives the ideas; every one of them
# is checked on a page of its own.

# %% [markdown]
# ## The stream, and what reads and writes it
#
# Each position has a vector, the [residual stream](../glossary.md#residual-stream). It begins as the
# [embedding](../glossary.md#embedding) of the token plus that of its place. A head reads the stream, and *adds* what
# it has found. Nothing is ever overwritten. So the last vector is a sum. Hold the attention patterns fixed, and
# the [logits](../glossary.md#logit) are linear in the embeddings: one term for every **path** from a token to the
# output.
#
# A stream has more readers and writers than dimensions, and they share it by keeping to
# [subspaces](../glossary.md#subspace) of their own. Adding can also delete: a head that writes the negative of what
# stands in a subspace [erases it](../examples/attention/30_heads_add_and_erase.py).

# %% [markdown]
# ## A head is two circuits
#
# A head has four matrices, but they always meet in pairs. Write $x_i$ for the stream at position $i$, as a row.
#
# - **Where to look.** The score of position $j$ for a reader at $i$ is
#   $x_i W_Q W_K^\top x_j^\top / \sqrt{d_\text{head}}$. Only the product $W_Q W_K^\top$ matters: the
#   [QK circuit](../glossary.md#qk-circuit).
# - **What to bring.** If the reader looks at $j$, it is given $x_j W_V W_O$. Only the product
#   $W_V W_O$ matters: the [OV circuit](../glossary.md#ov-circuit).
#
# The two are independent. One says *from where to where*, the other says *what*, and no more than $d_\text{head}$
# numbers can travel at a time, because both products have that rank. Put the embedding before and the unembedding
# after, and both become tables over pairs of words: which word looks at which, and which word raises which.

# %% alt="Boxes: the token that is read and the token that reads both lead to 'where to look'. The token that is read leads to 'what to bring'. Both lead to the logits." caption="Two circuits of one head: QK decides how much, OV decides what." tags=["hide-input"]
from mechnotes.plots import networks

networks.plot_network(
    (("reader", "read"), ("QK: how much", "OV: what"), ("logits",)),
    {
        ("reader", "QK: how much"): "control",
        ("read", "QK: how much"): "control",
        ("read", "OV: what"): "clean",
        ("QK: how much", "logits"): "control",
        ("OV: what", "logits"): "clean",
    },
)

# %% [markdown]
# ## No layer, one layer, two layers
#
# **No layer** leaves the path from a token to its successor. The model is a table of pairs, $W_E W_U$: a
# [bigram](../glossary.md#bigram) model. [Read it off and compare](../examples/attention/10_zero_layers.py).
#
# **One layer** adds one path for each head: a word somewhere before, and what it makes more likely
# after the present one. These are [skip-trigrams](../glossary.md#skip-trigram), *keep … in mind*. They come with a bug: QK and OV
# are tables that do not talk to each other, so what *keep* itself says, to a head that knows *keep … in mind* and *keep … at bay*,
# speaks for *keep … in bay* too. (Trained models find a way around.) [The table, and the bug](../examples/attention/20_skip_trigrams.py).
#
# **Two layers** can *compose*: a head reads what another one wrote. Then new things become possible, and the first is to
# continue a pattern never seen in training.

# %% [markdown]
# ## Three ways to compose
#
# An upper head reads the stream three times, and a lower head can change each reading
# ([composition](../glossary.md#composition)).
#
# - **Q-composition**: it changes what the upper head *asks for*.
# - **K-composition**: it changes what is *found* where.
# - **V-composition**: it changes what is *brought*. Two heads in a row then act as one, a
#   [virtual head](../glossary.md#virtual-head) that moves information twice.
#
# The first two change where the head looks, which is something a single head can never do with words alone; the
# third only moves further.

# %% [markdown]
# ## Induction
#
# *… Dursley … Dur* → *sley*. Look for where the present token was before, and say what came after it. An
# [induction head](../glossary.md#induction-head) does this for tokens it has never seen together, so it is a rule and not a memory.
# One head cannot: at the earlier place stands the right *token*, but the answer is one place further. Two can, in two ways.
#
# - By K-composition: a [previous-token head](../glossary.md#previous-token-head) writes into each position
#   which token came before. The upper head looks for its own token *there*.
#   [Build it](../examples/attention/50_previous_token.py).
# - By Q-composition: the lower head finds the earlier copy and brings its *position*; the upper
#   head turns that position one step on and looks there.
#   [Build it](../examples/attention/40_pointer_arithmetic.py).
#
# The upper heads attend alike and give the same answers. If both kinds of lower head are there, patterns cannot say which one is heard;
# [an intervention can](../examples/attention/60_which_composition.py). Trained models find the first, and they find it suddenly:
# [watch it form](../examples/attention/70_induction_forms.py).

# %% [markdown]
# ## What to take away
#
# - Heads are independent and add up. To understand a layer, understand its heads one by one.
# - An attention-only model is a sum of paths from tokens to logits, each of which can be read.
# - Each head is two circuits, where and what, and they can be studied apart.
# - Composition is where it becomes interesting, and the ways of composing are not alike.
# - With MLPs and layer norm the sum can no longer be taken apart into linear paths. The vocabulary stays useful, and whether it stays *true* has to be
#   tested each time: that is what [patching](patching.py) is for.
#
# ## To read and watch
#
# [The paper](https://transformer-circuits.pub/2021/framework/index.html) and its
# [exercises](https://transformer-circuits.pub/2021/exercises/index.html), which became our X1 to X3; John Ma's
# [notes](https://johnma2006.github.io/papernotes.html) on them. Two videos: [attention, visually
# explained](https://www.youtube.com/watch?v=eMlx5fFNoYc) (3Blue1Brown) and [a walk-through of the
# framework](https://www.youtube.com/watch?v=KV5gbOmHbjU) (Neel Nanda).
