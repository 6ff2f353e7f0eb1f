# ---
# order: 50
# title: Sparse autoencoders
# summary: >-
#   If a model stores more features than it has neurons, its neurons cannot be read one by one. A sparse
#   autoencoder learns other directions to read along. What it is, how to tell a good one, and what it does not show.
# ---

# %% [markdown]
# # Can the directions that a model uses be learnt?
#
# In [superposition](../glossary.md#superposition) a network has more [features](../glossary.md#feature) than
# [neurons](../glossary.md#neuron), so a neuron answers to several of them and means none. There are three ways out: to build models without
# superposition, to find the directions afterwards, or to train so that they are easier to find. This note is about the
# second. Its tool is the *sparse autoencoder*, SAE for short.

# %% [markdown]
# ## What it is
#
# Take the [activation](../glossary.md#activation) vector $x$ of one token at one place in a model. A
# [sparse autoencoder](../glossary.md#sparse-autoencoder) rewrites it as a sum of few learned directions out of many:
#
# $$f = \sigma\bigl((x - b)\,W_\text{enc} + c\bigr)$$
#
# $$\hat x = b + \sum_i f_i\, d_i$$
#
# The $f_i$ are the [latents](../glossary.md#latent), almost all of them zero; $d_i$ is what latent $i$ adds when it is on, a
# row of the decoder; $b$ and $c$ are biases; and $\sigma$ is what keeps latents few. There are many more latents than
# dimensions. The encoder is one matrix and one nonlinearity, so a latent can be worked out in an instant, and read as an estimate of
# how much of $d_i$ to use for $x$. (It is no projection on $d_i$: a latent listens along one direction, a column of $W_\text{enc}$, and writes along another.) Two things that an SAE is not: it is no part of the
# model, and it knows nothing of the model's output. It only copies activations.

# %% alt="Boxes in three columns: the activation at the left feeds five latents in the middle; two of them are on and feed the reconstruction at the right." caption="Many latents, few of them on. The two that are on say what the vector is made of." tags=["hide-input"]
from mechnotes.plots import networks

latents = tuple(f"f{number}" for number in "₁₂₃₄₅")
networks.plot_network(
    (("activation",), latents, ("copy",)),
    {
        **{("activation", name): "control" for name in latents},
        **{(name, "copy"): "control" for name in latents},
        ("activation", "f₂"): "clean",
        ("f₂", "copy"): "clean",
        ("activation", "f₅"): "clean",
        ("f₅", "copy"): "clean",
    },
)

# %% [markdown]
# ## How latents are kept few
#
# - **Standard**: $\sigma$ is a ReLU, and training pays for the sum of all latents (an L1 penalty). It works, and it makes every
#   latent smaller than it should be, because small is cheap: *shrinkage*.
# - **TopK**: the $k$ largest are kept, the rest are set to zero. Nothing is paid, nothing shrinks, and at most as many latents are active
#   as one asked for, on easy and on hard tokens alike.
# - **JumpReLU**: each latent has a threshold below which it is zero, and the thresholds are learnt under a penalty
#   on the *number* of active latents.
#
# All three can leave latents *dead*: they never fire again, because what never fires gets no gradient.
# [The three on the same data](../examples/sparse_autoencoders/85_three_architectures.py).

# %% [markdown]
# ## How to tell a good one
#
# Four numbers are always given, and all four can be good while the latents mean nothing.
#
# | | |
# |---|---|
# | L0 | how many latents are active at once |
# | fraction of variance unexplained | what the copy misses, as a share of all there is to copy |
# | loss recovered | put the copy in place of the activation: how much of the model's skill is left, from 0 (as bad as cutting it out) to 1. *Cutting out* may mean zero or the mean, and the two give different numbers |
# | dead share | latents that never fire |
#
# They do not say whether a latent stands for one thing. For that one needs a truth to compare with. There are two places to find one:
# data that were [made from known directions](../examples/sparse_autoencoders/70_synthetic_truth.py), and a language model whose text
# comes [with labels](../examples/sparse_autoencoders/80_towards_monosemanticity.py). And there are three questions that belong to every answer: *would another
# seed have found it? would a neuron do as well? would it be found in a model that has learnt nothing?*

# %% [markdown]
# ## What goes wrong
#
# - **The first token.** Its activation is the same in every text, and in GPT-2 many times longer than all others. Pool over all tokens, and the same few latents top every list.
#   [Seen here, in a mild form](../examples/sparse_autoencoders/10_first_look.py).
# - **Too many questions.** Twenty thousand latents and seven texts a group: some latent will fit anything.
#   [Statistics that survive it](../examples/sparse_autoencoders/30_statistics.py).
# - **Absorption.** If *angry* never comes without *feeling*, the cheapest dictionary gives *angry* feelings a latent of their own and lets the latent for feelings fall
#   silent there. The latent for feelings then has a hole that no list of its best examples shows.
# - **Splitting.** A larger dictionary does not only find more; it also cuts what was found into pieces.
# - **Seeds.** Two runs that differ in their first random numbers find dictionaries that differ in part.
# - **Reading is not using.** A latent that fires on happy words need not be what makes the model say happy things.
#   [Change it and see](../examples/sparse_autoencoders/60_ablate_and_steer.py).

# %% [markdown]
# ## The walk-through
#
# 1. [What fires on a sentence?](../examples/sparse_autoencoders/10_first_look.py)
# 2. [Does this latent mean happy?](../examples/sparse_autoencoders/20_meaning_by_comparison.py)
# 3. [How many latents would fit by luck?](../examples/sparse_autoencoders/30_statistics.py)
# 4. [Train your own](../examples/sparse_autoencoders/40_train_your_own.py)
# 5. [What feeds a latent, and what does it feed?](../examples/sparse_autoencoders/50_latent_to_weights.py)
# 6. [What happens if it is turned up, or off?](../examples/sparse_autoencoders/60_ablate_and_steer.py)
# 7. [When does it recover the truth?](../examples/sparse_autoencoders/70_synthetic_truth.py)
# 8. [One neuron with many meanings, taken apart](../examples/sparse_autoencoders/80_towards_monosemanticity.py)
# 9. [Three ways to keep latents few](../examples/sparse_autoencoders/85_three_architectures.py)
# 10. [All latents to look at](../examples/sparse_autoencoders/90_latent_browser.py)
# 11. [What the papers did, and what we did of it](../examples/sparse_autoencoders/95_reading_guides.py)
