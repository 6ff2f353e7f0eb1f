# ---
# summary: >-
#   Every head adds something to the stream, and adding is all it can do. We write heads down by hand: one that
#   deletes, and two that together act as a third which nobody wrote.
# needs:
#   - "[how attention moves information](../../notes/attention.py)"
# ---

# %% [markdown]
# # What can heads do by adding?
#
# An [attention head](../../glossary.md#attention-head) reads the [residual
# stream](../../glossary.md#residual-stream) and adds something to it. It cannot overwrite, it cannot ask another
# head of its layer, it cannot delete. Or can it? Here we write heads down instead of training them, so that we
# know what they do before we measure it.

# %%
import torch

from mechnotes import claims
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.by_hand import claims as measured
from mechnotes.circuits.by_hand import heads, positions, virtual
from mechnotes.circuits.by_hand.stream import Stream
from mechnotes.exercises import virtual as exercises
from mechnotes.plots import heatmap, strips, tables

# %% [markdown]
# ## A head is two matrices
#
# $W_{QK}$ says who looks at whom: the score of two positions is $x\,W_{QK}\,y^\top$, where $x$ is the stream that
# asks and $y$ the stream that is asked. $W_{OV}$ says what arrives: $y\,W_{OV}$ is added to the asking position.
# To write them legibly we give every kind of information a part of the stream to itself
# ([`Stream`][mechnotes.circuits.by_hand.stream.Stream]).

# %%
stream = Stream(
    sizes={"token": 6, "position": positions.size(8), "copy": 6}
)
copying = heads.previous_token(stream, carry=stream.block("token", "copy"))
eraser = heads.eraser(stream, "token")
print(stream)

# %% [markdown]
# Two heads. One looks at the position before and carries its token into the part *copy*. The other looks at its
# own position, and its $W_{OV}$ is $-1$ on the diagonal of *token* and 0 elsewhere. Both go into one layer.


# %%
def made(*layer):
    W_E, W_U = stream.basis("token"), stream.basis("copy").T.contiguous()
    W_pos = positions.clock(8) @ stream.basis("position")
    return heads.model([layer], W_E=W_E, W_pos=W_pos, W_U=W_U)


tokens = torch.tensor([[2, 0, 5, 1, 3, 4, 0, 2]])
both = model.forward(made(copying, eraser), tokens)
after = (both.embedded + both.results[:, 0].sum(2))[0, 0]

# %% alt="Table of three parts by two moments. Token goes from 1 to 0, copy from 0 to 1, position stays at 2." caption="Length of each part of the stream at the last position, before and after the layer."
moments = (both.embedded[0, 0, -1], after[-1])
lengths = [
    [x[stream.part(n)].norm() for x in moments] for n in stream.sizes
]
tables.plot_table(
    torch.tensor(lengths),
    rows=list(stream.sizes),
    columns=("before", "after"),
    label="length of the part (0: nothing there)",
    limit=2.0,
)

# %% [markdown]
# The token is gone and its neighbour's copy is there. So a sum can delete: whoever adds exactly the negative of
# what is there leaves nothing. The catch is *exactly*. The eraser has to know which directions to clear, and it
# clears them whatever they say.
#
# ## Independent, and how we know
#
# Heads of one layer read the same stream and do not hear each other. If that is so, each adds the same whether or
# not the other is there:

# %%
alone = [model.forward(made(one), tokens) for one in (copying, eraser)]
difference = [
    (both.results[:, :, :, n] - run.results[:, :, :, 0]).abs().max().item()
    for n, run in enumerate(alone)
]
print(f"largest difference: {max(difference):.6f}")

# %% [markdown]
# Does the eraser work on anything, or did one-hot tokens make it easy? Random vectors at 25 positions, two parts
# of six dimensions each, one of which is to be erased:

# %% alt="Two rows of 25 dots: erased, all at 0; kept, between 0.7 and 4." caption="Length of two parts of the stream after an eraser of one of them, at 25 positions."
erased, kept = measured.erased_norms()
strips.plot_strips(
    {"erased part": erased, "other part": kept},
    label="length of the part after the head (0: nothing left)",
)

# %%
claims.badge(measured.erased_norm)

# %% [markdown]
# ## Two in a row make a third
#
# Now one head in each of two layers, both looking one back. The published exercise gives each four dimensions
# (`d_head` 4) in a stream of 16, of which tokens fill the first eight:
#
# - head 1 moves dimensions 0 to 3 into 8 to 11;
# - head 2 moves 4, 5, 6, which head 1 left behind, and 8, which head 1 *wrote*, into 12 to 15.
#
# What stands in 8 came from one position back already. When head 2 brings it one further, it has come from two
# back, and no head ever looked there.

# %% alt="Three attention patterns. Head 1 and head 2: a line one below the diagonal. Their product: a line two below." caption="The two heads look one back; together they look two back."
twice = virtual.published()
run = model.forward(twice, torch.arange(8)[None])
patterns = run.patterns[0, :, 0, 0]
third = virtual.pattern(patterns)
heatmap.plot_matrices(
    torch.cat((patterns, third[None])),
    titles=("head 1", "head 2", "both in a row"),
    label="share of attention (1 all of it)",
    signed=False,
)

# %% [markdown]
# The [virtual head](../../glossary.md#virtual-head) has the product of the two patterns as its pattern (in each
# panel rows read and columns are read), and the product of the two $W_{OV}$ as its own. It costs nothing and is
# nowhere in the weights as a block of its own.

# %%
claims.badge(measured.virtual_attention)

# %% [markdown]
# ## The logits are a sum of paths
#
# With attention held fixed, everything is linear, so what a position says splits into paths: the token itself,
# head 1, head 2, and head 1 followed by head 2. The text is tokens 0 to 7 in order. At its third position, token
# 1 stands one back and token 0 two back:

# %% alt="Table of four paths by eight dimensions. Head 1 writes 1 into dimension 9, head 1 then 2 writes 1 into dimension 15; all else is 0." caption="What arrives at the third position, by the path it took; the rows add up to the model's output."
x, (first, second) = run.embedded[0, 0], virtual.matrices()
x = x[:, :16]
paths = {
    "token itself": x,
    "head 1": patterns[0] @ x @ first,
    "head 2": patterns[1] @ x @ second,
    "head 1, then 2": third @ x @ first @ second,
}
arrived = torch.stack(list(paths.values()))[:, :, 8:]
tables.plot_table(
    arrived[:, 2],
    rows=list(paths),
    columns=[str(n) for n in range(8, 16)],
    label="what is written into each dimension (0 nothing, 1 the token)",
)

# %% [markdown]
# Dimension 9 says that token 1 stands one back, dimension 15 that token 0 stands two back. The rows add up to
# what the model says, at every position:

# %%
gap = (arrived.sum(0) - run.logits[0, 0]).abs().max()
print(f"largest difference from the model: {gap:.6f}")

# %% [markdown]
# ## How much fits through?
#
# Count dimensions of the tokens by where they come from: [`carried`][mechnotes.circuits.by_hand.virtual.carried]
# takes the ranks. Then break the chain, by letting head 2 read dimension 7 instead of 8.

# %%
W_E = torch.eye(16)[:8]
elsewhere = second.clone()
elsewhere[8], elsewhere[7] = 0.0, second[8]
for name, other in (("as published", second), ("reads 7", elsewhere)):
    one, two = virtual.carried(W_E, first, other).tolist()
    print(f"{name:13} from one back {one}, from two back {two}")

# %% [markdown]
# Two heads of width 4 can carry eight dimensions. As published they carry seven from one back and one from two
# back. Should we then call head 2 a previous-token head? Seven eighths of what the pair moves comes from the
# previous token; the rest is a head that exists only as a product. If head 2 reads where head 1 does not write,
# all eight come from one back, and the virtual head is gone, although both patterns are the same as before.
# *Attention patterns do not tell who listens to whom.*
#
# ## Try it: what does a virtual head carry?

# %%
exercises.carried

# %% [markdown]
# A first attempt counts each head on its own:

# %%
exercises.carried.check(
    lambda W_E, first, second: torch.stack(
        (
            torch.linalg.matrix_rank(W_E @ first)
            + torch.linalg.matrix_rank(W_E @ second),
            torch.linalg.matrix_rank(W_E @ first @ second),
        )
    )
)

# %% [markdown]
# ## What this page claims

# %%
assert lengths[0][1] < 1e-6 and abs(lengths[2][1] - 1) < 1e-6
assert abs(lengths[1][0] - lengths[1][1]) < 1e-6
assert max(difference) < 1e-6
assert erased.max() < 1e-6 and kept.min() > 0.5
assert (third.diagonal(-2) > 0.99).all()
assert patterns.diagonal(-2, dim1=-2, dim2=-1).max() < 0.01
assert arrived[1, 2, 1] > 0.99 and arrived[3, 2, 7] > 0.99
assert gap < 1e-4
assert virtual.carried(W_E, first, second).tolist() == [7, 1]
assert virtual.carried(W_E, first, elsewhere).tolist() == [8, 0]

# %% [markdown]
# Next: [How does a head look one further?](40_pointer_arithmetic.py)
