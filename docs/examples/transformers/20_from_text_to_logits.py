# ---
# summary: >-
#   One sentence goes through the storybook model step by step: numbers for words, vectors for numbers,
#   blocks that add to the vectors, and at the end a sum that says which word comes next.
# needs:
#   - "[how a language model computes](../../notes/transformers.py)"
#   - "[the storybook model](10_meet_the_storybook.py)"
# ---

# %% [markdown]
# # How does a text become a guess at the next word?
#
# We take one sentence through a real [transformer](../../glossary.md#transformer) and look at every
# vector on the way. At the end we split the answer into the parts that each block wrote, add
# them up by hand, and get the model's own number back.

# %%
import torch

from mechnotes import models
from mechnotes.plots import attention, scores
from mechnotes.storybook import grammar

# %% [markdown]
# ## Words become numbers
#
# [`tokens`][mechnotes.models.tokens] looks each word up in the list of 232 and puts the mark `<bos>`,
# "beginning of sequence", before the text.

# %%
model = models.load("storybook", folded=True)
text = "when Mary and Paul went to the park , Paul gave a book to"
tokens = models.tokens(model, text)
print(tokens[0].tolist())
print(" ".join(grammar.vocabulary()[i] for i in tokens[0]))

# %% [markdown]
# ## Numbers become vectors
#
# `run_with_cache` runs the model and keeps every
# intermediate result. The embedding of the
# token plus the embedding of its place is what enters block 0.

# %%
with torch.no_grad():
    logits, cache = model.run_with_cache(tokens)
start = cache["hook_embed"] + cache["hook_pos_embed"]
print("15 positions, 64 numbers each:", tuple(start.shape))
same = torch.allclose(start, cache["blocks.0.hook_resid_pre"], atol=1e-5)
print("this is what enters block 0:", same)

# %% [markdown]
# ## Heads look back
#
# A block's [attention heads](../../glossary.md#attention-head) decide for each position which earlier
# positions to read from. Each row below is a word that reads, and the stronger the colour, the more it takes
# from the word of that column; a row sums to 1. Above the diagonal nothing is allowed: nobody reads the
# future.

# %% alt="Fifteen by fifteen lower triangular matrix; most weight of each row lies on a few earlier words." caption="One head of block 1: which word (left) reads from which (top)." tags=["trained"]
pattern = cache["blocks.1.attn.hook_pattern"][0, 0]
attention.plot_pattern(pattern, words=["<bos>", *text.split()])

# %% [markdown]
# What the heads find is added to the stream, then the MLP adds its part. After three blocks the
# vector at the last position has to hold the answer.

# %% [markdown]
# ## Off by one
#
# Blocks are counted from 0, and each has a stream *before* (`resid_pre`) and *after* it (`resid_post`).
# What leaves a block is what enters the next. So `blocks.2.hook_resid_pre` is the stream after two
# blocks: the input of the third.

# %%
for block in range(1, model.cfg.n_layers):
    entering = cache[f"blocks.{block}.hook_resid_pre"]
    leaving = cache[f"blocks.{block - 1}.hook_resid_post"]
    print(f"blocks.{block}.hook_resid_pre = after {block} blocks:", end=" ")
    print(torch.equal(entering, leaving))

# %% [markdown]
# A cached value is what a [hook](../../glossary.md#hook) of our own sees while the model runs:

# %%
seen = []


def look(value, hook):
    seen.append(value.clone())


looking = [("blocks.2.hook_resid_pre", look)]
with torch.no_grad():
    model.run_with_hooks(tokens, fwd_hooks=looking)
print(torch.equal(seen[0], cache["blocks.2.hook_resid_pre"]))

# %% [markdown]
# ## The vector becomes a guess
#
# The last stream is normalised and multiplied with the [unembedding](../../glossary.md#unembedding), one
# column per word. The answer is the word with the largest logit.

# %% tags=["trained"]
best = logits[0, -1].topk(3)
for logit, token in zip(*best, strict=True):
    print(f"{grammar.vocabulary()[token]:8}{logit:6.2f}")

# %% [markdown]
# ## The answer is a sum
#
# Blocks only add, so the last stream is a sum of what each part wrote. We ask each part how much it
# prefers *Mary* to *Paul*: its vector, put on the scale of the last normalisation, times the difference of the
# two columns of $W_U$. This is called *direct logit attribution*.

# %%
mary, paul = (grammar.vocabulary().index(w) for w in ("Mary", "Paul"))
direction = model.W_U[:, mary] - model.W_U[:, paul]
scale = cache["ln_final.hook_scale"][0, -1]
parts = {"embedding": start[0, -1]}
for block in range(model.cfg.n_layers):
    for part in ("attn", "mlp"):
        written = cache[f"blocks.{block}.hook_{part}_out"][0, -1]
        parts[f"{part} {block}"] = written
shares = torch.stack([(v / scale) @ direction for v in parts.values()])
shares = shares.detach()

# %% alt="Seven bars from the embedding to the last MLP. The heads of block 2 give most of the preference for Mary; those of block 1 speak against it." caption="Who prefers Mary to Paul, and by how many nats." tags=["trained"]
scores.plot_shares(
    shares, names=list(parts), label="nats for Mary against Paul"
)

# %% [markdown]
# The heads of the last block write nearly all of the answer. The heads of block 1 write *against* it, and the rest says
# little directly. Adding the bars gives the model's own logit difference, up to rounding and the final biases. No part
# of the model is left over:

# %% tags=["trained"]
bias = (model.b_U[mary] - model.b_U[paul]).detach()
measured = (logits[0, -1, mary] - logits[0, -1, paul]).item()
print(f"sum of the parts   {(shares.sum() + bias).item():.4f}")
print(f"logit difference   {measured:.4f}")

# %% [markdown]
# ## Does that prove that these parts do it?
#
# No. It says what each part wrote into the answer directly, not why, and nothing about parts that only
# *enabled* others. A quick check of the difference: silence the heads of block 0, which write almost
# nothing into the answer directly, and see what is left.


# %% tags=["trained"]
def silence(value, hook):
    return torch.zeros_like(value)


silencing = [("blocks.0.hook_attn_out", silence)]
with torch.no_grad():
    without = model.run_with_hooks(tokens, fwd_hooks=silencing)
left = (without[0, -1, mary] - without[0, -1, paul]).item()
print(f"direct share of block 0's heads   {shares[1].item():6.2f} nats")
print(f"lost when they are silenced       {measured - left:6.2f} nats")

# %% [markdown]
# Without them the model even prefers the wrong name. They matter far more than their direct share says. To find out who needs whom one must
# intervene; that is the subject of [patching](../../glossary.md#patching).

# %% [markdown]
# ## What this page claims

# %%
assert same
assert torch.equal(seen[0], cache["blocks.2.hook_resid_pre"])
assert abs(shares.sum().item() + bias.item() - measured) < 1e-3
assert pattern.triu(1).abs().max() == 0
torch.testing.assert_close(pattern.sum(1), torch.ones(15))
assert grammar.vocabulary()[best.indices[0]] == "Mary"
assert measured - left > shares[1].item() + 1 and left < 0
assert list(parts)[shares.argmax()] == "attn 2" and shares[-2] > 3
assert list(parts)[shares.argmin()] == "attn 1" and shares.min() < -1

# %% [markdown]
# Next: [what does each layer know?](30_what_each_layer_knows.py)
