# ---
# summary: >-
#   Load a model and a sparse autoencoder, give them a sentence, and see which latents fire on which word. Why the
#   first list of "most active latents" that everybody prints is wrong, and how to print the right one.
# needs:
#   - "[sparse autoencoders](../../notes/sparse_autoencoders.py)"
#   - "[from text to logits](../transformers/20_from_text_to_logits.py)"
# ---

# %% [markdown]
# # What fires on a sentence?
#
# A [sparse autoencoder](../../glossary.md#sparse-autoencoder) says of every word of a text which few of its many
# [latents](../../glossary.md#latent) are on. Nobody has told it what they should stand for. Before we ask what they mean, let us
# look at them.

# %%
import torch

from mechnotes import models, sae
from mechnotes.plots import latents as plots
from mechnotes.sae import activations, autoencoder

model = models.load("storybook")
one = sae.load("storybook", "block-1-topk-512-seed-0")

# %% [markdown]
# These two lines change for GPT-2, on a machine that can reach the model hub:
# `models.load("gpt2")` and `sae.load("gpt2-small-res-jb", "blocks.8.hook_resid_pre")`. Everything below stays as it is; the control near the end and the
# numbers of the last cell belong to the storybook. (Not run here.)
#
# ## Where it reads
#
# An autoencoder belongs to one place of one model, and says which:

# %%
place = autoencoder.hook_of(one)
print(f"reads {place}, {one.cfg.d_in} numbers for each word")
print(f"writes them as {one.cfg.d_sae} latents")

# %% [markdown]
# Blocks count from 0, so `blocks.1.hook_resid_post` is the [residual stream](../../glossary.md#residual-stream) after *two* blocks, and the very same
# vector is called `blocks.2.hook_resid_pre`. (By the same count GPT-2's `blocks.8.hook_resid_pre` is not inside the eighth block: it
# is what enters the ninth.)

# %%
text = "Tom found a ring but Anna lost a hat . Tom smiled and felt glad ."
tokens = models.tokens(model, text)
after = activations.read(model, place, tokens)
if place == "blocks.1.hook_resid_post":
    before = activations.read(model, "blocks.2.hook_resid_pre", tokens)
    assert torch.equal(after, before)

# %% [markdown]
# ## What fires
#
# [`extract`][mechnotes.sae.latents.extract] runs the model up to that place and the autoencoder on what it finds there. Here is every latent that is on, one stroke each:

# %% alt="Sixteen words from top to bottom; on the line of each a handful of short strokes, scattered over five hundred latents." caption="Each stroke is a latent that is on at that word, the longer the stronger. All the rest is zero." tags=["trained"]
found = sae.extract(model, one, text)
plots.plot_active(found.dense()[0], words=found.words[0])

# %% tags=["trained"]
active = len(found.value) / int(found.lengths.sum())
print(f"{active:.1f} of {found.d_sae} latents are on at a word")
print(f"{found.zero_share():.2%} of all values are zero")

# %% [markdown]
# Thin strokes on empty paper: this is what *sparse* looks like. That by itself says nothing about the model. This autoencoder was built so that at most eight
# latents can be on, and would show the same picture on noise.
#
# ## The list that everybody prints
#
# Which latents are strongest on this sentence? The obvious answer averages over all words:

# %% tags=["trained"]
naive = found.top(8, skip_bos=False)
other = sae.extract(model, one, "the dogs near the tree are cold .")
for (latent, value), (also, _) in zip(
    naive, other.top(8, skip_bos=False), strict=True
):
    print(f"latent {latent:3} {value:6.2f}     another text: {also:3}")

# %% [markdown]
# The two sentences have nothing in common but the full stop, and yet the lists share latents. Where do those fire?

# %% tags=["trained"]
shared = [x for x, _ in naive if x in dict(other.top(8, skip_bos=False))]
for latent in shared:
    places = found.position[found.index == latent].tolist()
    words = [found.words[0][place] for place in places]
    print(
        f"latent {latent:3} on {len(places):2} of {len(found.words[0])}",
        end=": ",
    )
    print(" ".join(dict.fromkeys(words)))
always = max(shared, key=lambda x: int((found.index == x).sum()))
at_start = [x for x in shared if x != always]

# %% [markdown]
# Two causes, and neither has to do with what the sentence says. One latent is on nearly everywhere: it carries something that all
# words share. The others are on at `<bos>`, the mark for "beginning of sequence" (and at full stops). Nothing stands before that mark, so its activation is *the
# same in every text*, and so is what fires on it.
#
# In GPT-2 the second cause is much worse: there the activation at the first position is many times as long as all others, and an average over words is an average of
# that one. Here it is of ordinary length:

# %% tags=["trained"]
lengths = after[0].norm(dim=-1)
print(f"length of the activation: {lengths[0]:.1f} at <bos>,", end=" ")
print(f"{lengths[1:].min():.1f} to {lengths[1:].max():.1f} at the words")

# %% [markdown]
# ## The list without it
#
# [`top`][mechnotes.sae.latents.Latents.top] leaves the mark out unless told otherwise.

# %% tags=["trained"]
for latent, value in found.top(20):
    where = (found.index == latent) & (found.position > 0)
    words = [found.words[0][p] for p in found.position[where].tolist()]
    print(
        f"latent {latent:3} {value:6.2f}  on {' '.join(dict.fromkeys(words))}"
    )

# %% [markdown]
# Now words come with the numbers, and one may begin to guess: one latent on *smiled*, another on *smiled* and *glad*, one on names. (The one that is always on
# is still at the top; a list cannot tell that it says nothing.) Guessing from one sentence is how many stories about latents
# begin, and [the next page](20_meaning_by_comparison.py) shows what it takes to believe one.
#
# ## What could fool us
#
# Would an autoencoder of a model that has learnt *nothing* look any different? Here is the control: same size, same texts, random weights in the model.

# %% alt="The same picture for a model with random weights; as many strokes on every line." caption="An autoencoder of a model with random weights. The picture is as sparse." tags=["trained"]
control = sae.load("storybook", "untrained-1-topk-512-seed-0")
from mechnotes.storybook import untrained

nothing = sae.extract(untrained.load(seed=0), control, text)
plots.plot_active(nothing.dense()[0], words=nothing.words[0])

# %% [markdown]
# Sparse as well. A sparse picture proves nothing; the control comes back on the pages on [training](40_train_your_own.py) and on
# [what a neuron says](80_towards_monosemanticity.py).
#
# ## What this page claims

# %%
if model.name.startswith("storybook"):
    assert one.cfg.d_sae == 512 and found.d_sae == 512
    assert active <= 8 and found.zero_share() > 0.98
    assert len(at_start) >= 2
    on_bos = set(found.index[found.position == 0].tolist())
    assert set(at_start) <= on_bos
    assert int((found.index == always).sum()) > 0.75 * len(found.words[0])
    assert lengths[1:].min() < lengths[0] < lengths[1:].max()
    assert abs(nothing.zero_share() - found.zero_share()) < 0.01

# %% [markdown]
# Next: [does this latent mean happy?](20_meaning_by_comparison.py)
