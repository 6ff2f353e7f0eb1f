# ---
# summary: >-
#   Five features go in, two numbers carry them, five come out. We build that model in the open,
#   price one feature exactly, and find out when the price list stops being true.
# needs:
#   - "[what superposition is](../../notes/superposition.py)"
# ---

# %% [markdown]
# # What does a toy model of superposition compute?
#
# A language model hides its [features](../../glossary.md#feature) inside thousands of dimensions,
# and nobody hands us the list. So we turn the question round: we *make* data whose features we
# know, squeeze them through fewer dimensions than there are features, and watch what a trained model
# does. This page builds that [toy model](../../glossary.md#toy-model) piece by piece.

# %%
import torch

from mechnotes import claims, rng
from mechnotes.exercises import superposition as exercises
from mechnotes.plots import curves, diagrams, heatmap
from mechnotes.superposition import claims as measured
from mechnotes.superposition import data, model

# %% [markdown]
# ## Features that are mostly silent
#
# A feature here is one number between 0 and 1. It is *active* with probability $p$, its
# [density](../../glossary.md#density), and exactly 0 otherwise. Real features are like that: few
# sentences mention Paris, few pictures show a curve of this radius.
# [`independent`][mechnotes.superposition.data.independent] draws 20 inputs of five features, once
# at $p = 0.5$ and once at $p = 0.05$.

# %% alt="Two grids of five features by 20 inputs. At density 0.5 most columns hold two or more active features; at density 0.05 almost none does." caption="Sparse features rarely meet."
density = torch.tensor([[0.5] * 5, [0.05] * 5])
x = data.independent(
    20, density=density, generator=rng.generator(0, "page")
)
diagrams.plot_collisions(
    (x > 0).permute(1, 2, 0), titles=("density 0.5", "density 0.05")
)

# %% [markdown]
# In columns with amber cells two or more features speak at once. At density 0.5 that is the usual
# case. At 0.05 it hardly happens, and that is half of the secret of
# [superposition](../../glossary.md#superposition): features that rarely meet can share. The other
# half is the ReLU below.

# %% [markdown]
# ## Squeeze, and undo the squeeze
#
# The model multiplies the features $x$ by a matrix $W$ with two rows, so that
# $h = Wx$ holds two numbers, the hidden layer. It rebuilds the features with the same matrix turned
# over, adds a [bias](../../glossary.md#bias) $b$, and lets a [ReLU](../../glossary.md#relu) cut
# what is negative: $\hat{x} = \mathrm{ReLU}(W^\top W x + b)$.

# %% alt="Flow from five input features through the two by five matrix W to two hidden units, then through W transposed, plus b and ReLU, to five rebuilt features." caption="The toy model: five features, two hidden units, five rebuilt features." tags=["hide-input"]
diagrams.plot_toy_model()

# %% [markdown]
# Column $i$ of $W$ is the *direction* of feature $i$ in the hidden plane. We set the five columns
# by hand to the corners of a regular pentagon and look at $W^\top W$: entry $(i, j)$ says how much
# of feature $j$ is heard where feature $i$ is read.

# %% alt="Five by five matrix: teal diagonal near 1.2, pale teal neighbours near 0.4, violet entries near minus 1 for features two steps apart." caption="Each feature hears itself, two neighbours a little, and two others negatively."
angle = 2 * torch.pi * torch.arange(5) / 5
W = 1.1 * torch.stack((angle.cos(), angle.sin()))
heatmap.plot_matrix(
    W.T @ W,
    label="heard at output i when feature j is 1",
    y_label="output i",
    x_label="feature j",
)

# %% [markdown]
# The diagonal is what we want. Everything off it is
# [interference](../../glossary.md#interference). Half of it is negative, and as long as output
# $i$'s own feature is off, the ReLU removes that for nothing. The two positive neighbours remain.

# %% [markdown]
# ## The price of one feature
#
# Say feature $i$ alone is active and $b = 0$. Summed over all five outputs and averaged over the
# feature's value, the squared error is exactly
#
# $$\frac{(1-\lVert W_i\rVert^2)^2}{3} \;+\; \sum_{j\neq i}\frac{\mathrm{ReLU}(W_i\cdot W_j)^2}{3}.$$
#
# The first part is the error of its own output, the second what its neighbours hear by mistake. No
# sampling is needed: [`single_feature_loss`][mechnotes.superposition.model.single_feature_loss] is
# this formula.

# %%
model.single_feature_loss(W)

# %% [markdown]
# Five equal prices, because the pentagon treats all features alike. The claim behind this
# page compares the formula with numerical integration for all 160 trained models of the next lessons;
# the number is the largest gap.

# %%
claims.badge(measured.single_feature_identity)

# %% [markdown]
# ## When does the price list fail?
#
# It was written for a feature that is alone, and for $b = 0$. So we break both conditions. For
# twelve densities we measure the model's true loss on fresh data and divide by what the formula
# promises; once as it stands, and once with a bias of $-0.2$. The loss is the squared error times
# each feature's importance (here 1), averaged over inputs and over the five outputs, so the promise is
# $p$ times the summed prices, divided by 5.

# %%
densities = torch.logspace(-2.5, 0, 12)
x = data.independent(
    200_000,
    density=densities[:, None].expand(12, 5),
    generator=rng.generator(1, "page"),
)
promised = densities * model.single_feature_loss(W).sum() / 5
ratio = {}
for bias in (0.0, -0.2):
    toy = model.ToyModel(W.expand(12, 2, 5), torch.full((12, 5), bias))
    loss = model.weighted_loss(toy(x), x, importance=torch.ones(5)).detach()
    ratio[f"b = {bias}"] = loss / promised

# %% alt="Measured over promised loss against density. With zero bias the ratio is 1 for rare features and rises to 1.5 for dense ones. With bias -0.2 it starts near 0.2 and ends near 1.9." caption="The price list holds while features are rare. A negative bias undercuts it there, and costs more when features are dense."
curves.plot_lines(
    densities,
    ratio,
    x_label="density p",
    y_label="measured loss / promised",
    colors=("control", "corrupted"),
    log_x=True,
)

# %% [markdown]
# Grey, no bias: on the left the promise is kept, and as features begin to meet the formula becomes
# too cheap. Amber, with bias: on the left the bias removes most of the two positive neighbours, and
# the loss falls to a sixth; on the right it cuts what should have been heard. A trained model chooses
# its bias with its density, and everything on the [next page](20_when_it_pays.py) follows from
# weighing these two regimes.

# %% [markdown]
# ## Try it: draw the features
#
# A sampler is two lines, and one of them is easy to get wrong.

# %%
exercises.sampler

# %% [markdown]
# Here is a first attempt, and what the checker says to it. It never shows the answer; it
# recognises the mistake.


# %%
def attempt(n_samples, density, generator):
    active = torch.rand(density.shape, generator=generator) < density
    return active * torch.rand(
        (n_samples, *density.shape), generator=generator
    )


exercises.sampler.check(attempt)

# %% [markdown]
# ## Try it: many models at once
#
# The site trains dozens of toy models in one tensor. The loss must keep them apart.

# %%
exercises.loss

# %%
exercises.loss.check(
    lambda x_hat, x, importance: (importance * (x - x_hat) ** 2).mean(
        dim=(0, 1)
    )
)

# %% [markdown]
# ## What this page claims

# %%
outcome = claims.verdict(measured.single_feature_identity)
assert outcome.verdict == "reproduced"
plain, biased = ratio["b = 0.0"], ratio["b = -0.2"]
assert (
    abs(plain[0] - 1) < 0.1 and plain[-1] > 1.3
)  # kept while rare, broken when dense
assert (
    biased[0] < 0.3 and biased[-1] > plain[-1]
)  # the bias helps rare features only

# %% [markdown]
# **Next:** [When do two features share one dimension?](20_when_it_pays.py)
