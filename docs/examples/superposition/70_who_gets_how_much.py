# ---
# summary: >-
#   A model that computes a sum of squares through too few dimensions. Its loss is a formula, the best
#   way to share the dimensions can be computed exactly, and gradient descent finds it to five digits.
# needs:
#   - "[shapes that share dimensions](50_shapes.py)"
# ---

# %% [markdown]
# # Who gets how much of the dimensions?
#
# Features that matter most could each get a dimension of their own and the rest nothing. Or all could share. Trained models do something
# in between, and for one model we can say exactly what is best and why. The share of a dimension
# that a feature gets is called its [capacity](../../glossary.md#capacity) here; the formula
# is that of [dimensionality](../../glossary.md#dimensionality).

# %%
import torch

from mechnotes import claims, experiments, rng
from mechnotes.plots import labels, style
from mechnotes.plots.heatmap import plot_matrix
from mechnotes.superposition import geometry
from mechnotes.superposition.capacity import (
    allocation,
    blocks,
    descent,
    quadratic,
)
from mechnotes.superposition.capacity import claims as measured

# %% [markdown]
# ## A model whose loss is a formula
#
# The target is $y = \sum_i v_i x_i^2$, so feature $i$ matters as its coefficient $v_i$ says. The model has $m$ dimensions
# and squares each: $\hat y = \lVert Wx\rVert^2$. What it gets wrong is $x^\top A x$ with
# $A = \mathrm{diag}(v) - W^\top W$. Let the features be independent, with mean 0 and variance 1. Then only one
# more number about them enters, the [kurtosis](../../glossary.md#kurtosis) $\beta = E[x^4]$, and
#
# $$
# E\bigl[(x^\top A x)^2\bigr] = (\beta-1)\sum_i A_{ii}^2 + 2\sum_{i\ne j} A_{ij}^2 + (\operatorname{tr} A)^2 .
# $$
#
# A Gaussian has $\beta = 3$. One that is zero except with probability $p$ has $\beta = 3/p$: *sparse* means *high kurtosis*. The
# first sum is what features lose on their own, the second their
# [interference](../../glossary.md#interference); sparsity multiplies only the first. We check the
# formula against samples.

# %%
generator = rng.generator(0, "page")
W = 0.5 * torch.randn(2, 6, generator=generator).double()
v = 0.8 ** torch.arange(6).double()
print("kurtosis   formula   sampled")
for beta in (3, 6, 30):
    x = quadratic.sparse_gaussian(
        500_000, 6, kurtosis=beta, generator=generator
    )
    mean, error = quadratic.sampled_loss(W, v, x)
    formula = quadratic.expected_loss(W, v, kurtosis=beta)
    print(f"{beta:8}  {formula:8.2f}  {mean:8.2f} ± {error:.2f}")

# %%
claims.badge(measured.closed_form)

# %% [markdown]
# ## What is a little more capacity worth?
#
# Leave the last term away for a moment, as if the model could add a constant. Then the loss falls apart into
# one price per feature: with capacity $C$ and the best length of its direction, feature $i$ costs
#
# $$
# L_i(C) = \frac{2(\beta-1)\,v_i^2\,(1-C)}{(\beta-3)\,C+2}.
# $$

# %% alt="Price of a feature against its capacity, as a share of the price at capacity 0. Kurtosis 2: bends upward, slow at first. Kurtosis 3: a straight line. Kurtosis 6 and 30: bends downward, steep at first." caption="At kurtosis 3 the price falls evenly. Above, the first bit of capacity saves most; below, the last."
C = torch.linspace(0, 1, 60).double()
figure, ax = style.figure(5.0, 3.2)
labels.name_axes(ax, x_label="capacity C", y_label="price / price at C = 0")
for beta, color in zip((2, 3, 6, 30), style.series(4)):
    loss = allocation.feature_loss(C, torch.ones_like(C), kurtosis=beta)
    ax.plot(C, loss / loss[0], color=color, label=f"β = {beta}")
with style.house():
    ax.legend()
figure

# %% [markdown]
# Everything follows from these curves. For $\beta\le3$ the last bit saves most, or as much: once a feature has some
# capacity it pays to give it all. So nothing is shared. For $\beta > 3$ the first bit saves most, and capacity is poured out like water: each drop goes
# where it saves most, until the [marginal values](../../glossary.md#marginal-value) of all who share
# are equal. A feature whose last bit is worth more than that is full; one whose first bit is worth
# less gets nothing.

# %% [markdown]
# ## The best allocation
#
# Twenty features with $v_i = 0.8^i$ and five dimensions. (For the model without a constant, the missing trace acts as if all $v_i$ were a little
# larger; [`raised`][mechnotes.superposition.capacity.allocation.raised] says by how much.)

# %% alt="Capacity against feature number. Kurtosis 3: five features at 1, the rest at 0. Higher kurtosis: fewer features at 1, then a slope down to 0 that gets longer, reaching feature 14 at kurtosis 30." caption="Full, shared, nothing: the sparser the features, the wider the middle."
fitted = experiments.load(descent.fit, "steep")
v, best, lifted = fitted.config.v, {}, {}
figure, ax = style.figure(5.4, 3.2)
labels.name_axes(
    ax, x_label="feature, the most important first", y_label="capacity"
)
for beta, color in zip(fitted.config.kurtoses, style.series(4)):
    v_up = allocation.raised(v, dimensions=5, kurtosis=beta)
    share = allocation.allocate(v_up, dimensions=5, kurtosis=beta)
    ax.plot(range(1, 21), share, ".-", color=color, label=f"β = {beta:g}")
    best[beta], lifted[beta] = share, v_up
ax.set_xticks([1, 5, 10, 15, 20])
with style.house():
    ax.legend()
figure

# %% [markdown]
# The capacities add up to 5 in all four. What changes is how many take part.

# %%
print("kurtosis   full   sharing   nothing")
for beta, share in best.items():
    full, none = (share > 0.95).sum(), (share < 0.05).sum()
    n_shared = int(allocation.shared(share))
    print(f"{beta:8g}   {full:4}   {n_shared:7}   {none:7}")

# %% [markdown]
# ## Does gradient descent find it?
#
# A formula for the best is worth little if training ends elsewhere. We fitted $W$ to the expected loss from eight random starts. In each
# row: the loss that the allocation promises, the best and the worst start, and the largest difference
# in capacity between the best start and the allocation.

# %%
print("kurtosis   promised     best    worst   capacity off by")
gap = []
for k, (beta, share) in enumerate(best.items()):
    built = blocks.best_weights(lifted[beta], dimensions=5, kurtosis=beta)
    promised = quadratic.expected_loss(built, v, kurtosis=beta)
    loss = fitted.loss[k]
    off = (geometry.dimensionality(fitted.best[k]) - share).abs().max()
    gap.append(loss.min() / promised - 1)
    print(
        f"{beta:8g}   {promised:8.5f} {loss.min():8.5f} {loss.max():8.5f}"
        f"   {off:.5f}"
    )

# %% [markdown]
# Nobody told gradient descent of capacities, and it allots them as the formula says. It never gets below the promised
# loss, as it should not. And what a little more capacity is worth comes out equal for all who share:

# %%
claims.badge(measured.marginal_spread)

# %%
claims.badge(measured.smallest_widening)

# %% [markdown]
# ## What the weights look like
#
# Why can exactly these capacities be had? Because they fit together: features that share have the same ratio of squared length to
# capacity, and vectors like that can be arranged as a [tight frame](../../glossary.md#tight-frame), one that
# pulls equally in all its dimensions. Full features stay out of it. So $W^\top W$ must fall into blocks: one of
# size 1 for each full feature, one for all that share.

# %% alt="Matrix of dot products between the first ten features at kurtosis 6. Three single cells on the diagonal, then a block of features 3 to 7 with small positive and negative entries, then nothing." caption="Dot products between the directions that gradient descent found at kurtosis 6. Three full features are alone, five share a block, the rest is nothing."
found = fitted.best[1, :, :10]
plot_matrix(
    found.T @ found,
    label="dot product of two features' directions",
    x_label="feature",
    y_label="feature",
    limit=0.6,
)

# %%
claims.badge(measured.energy_outside_the_blocks)

# %% [markdown]
# The control of this number are random weights, which put most of their energy outside the blocks.

# %% [markdown]
# ## Trying to break it
#
# Is a full feature a law? Make the features matter more equally, $v_i = 0.9^i$. Then too many compete,
# and at kurtosis 15 and 30 not even the first is full:

# %%
flat = experiments.load(descent.fit, "flat")
for beta, W in zip(flat.config.kurtoses, flat.best):
    share = geometry.dimensionality(W)
    print(f"β = {beta:2g}   first {share[0]:.2f}   last {share[-1]:.2f}")

# %%
claims.badge(measured.largest_capacity)

# %% [markdown]
# So "the most important features get a dimension each" needs a condition: that importance falls fast enough for the sparsity at
# hand. And all of this is one toy with one loss. That a language model divides its
# dimensions like this is a guess; what carries over is the question to ask: what would this
# feature's next bit of capacity be worth?

# %% [markdown]
# ## What this page claims

# %%
counts = [int(allocation.shared(share)) for share in best.values()]
assert counts == sorted(counts) and counts[0] == 0
assert all(abs(share.sum() - 5) < 1e-6 for share in best.values())
assert min(gap) > -1e-9 and max(gap) < 1e-3
names = ("closed_form", "marginal_spread", "smallest_widening")
names += ("energy_outside_the_blocks", "largest_capacity")
for name in names:
    assert claims.verdict(getattr(measured, name)).verdict == "reproduced"

# %% [markdown]
# **Next:** [How many features does a neuron answer to?](80_neurons.py)
