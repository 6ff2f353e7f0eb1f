# ---
# summary: >-
#   Three tempting stories about superposition, each tested by taking one thing away: the ReLU, the
#   belief that sparse features get more dimensions, and the belief that neurons mean something.
# needs:
#   - "[how features arrange themselves](30_arrangements.py)"
# ---

# %% [markdown]
# # What is superposition not?
#
# An idea is understood when one knows where it ends. Three statements sound right and are
# wrong, or right only under a condition that is usually left out. For each we take that
# condition away and look.

# %%
import torch

from mechnotes import claims, experiments, rng
from mechnotes.plots import curves, diagrams
from mechnotes.plots.geometry import plot_features
from mechnotes.superposition import (
    basis,
    data,
    geometry,
    selection,
    training,
)
from mechnotes.superposition import claims as measured

# %% [markdown]
# ## "Any model with too few dimensions does it"
#
# The same five features, the same two dimensions, the same training; the only difference is that
# the second row of models has no [ReLU](../../glossary.md#relu).

# %% alt="Two rows of four panels from dense to sparse. With ReLU the arrows grow from two to a pentagon. Without ReLU there are two orthogonal arrows in every panel." caption="Without the ReLU the picture never changes: the two most important features, at a right angle."
relu = experiments.load(training.train, "pentagon")
linear = experiments.load(training.train, "pentagon-linear")
with_relu = selection.best(relu.W, relu.loss)[::3]
without = selection.best(linear.W, linear.loss)
titles = [f"p = {density:.2g}" for density in linear.config.densities]
plot_features(
    torch.cat((with_relu, without)), titles=titles + titles, columns=4
)

# %% [markdown]
# A linear model cannot drop interference, so a third feature costs exactly what it brings. It
# computes the principal components of its data and stops. Sparsity does not matter to it at all.

# %%
claims.badge(measured.linear_overlap)

# %%
claims.badge(measured.linear_top_features)

# %% [markdown]
# ## "Sparse features get more dimensions"
#
# They do not. A layer with five units has five dimensions at every
# [density](../../glossary.md#density). What grows is the number of features *represented* in them.
# Here are 20 features in 5 dimensions.

# %% alt="Against falling density, the number of stored features rises from 5 to about 15 or more while the dimensions used stay at 5." caption="More features in the same five dimensions."
many = experiments.load(training.train, "many")
W = selection.best(many.W, many.loss)
lines = {
    "features stored": geometry.represented(W).sum(dim=-1).float(),
    "dimensions used": geometry.dimensionality(W).sum(dim=-1),
}
curves.plot_lines(
    torch.tensor(many.config.densities),
    lines,
    x_label="density p",
    y_label="count",
    colors=("clean", "control"),
    log_x=True,
)

# %% [markdown]
# The grey line is the sum of all [dimensionalities](../../glossary.md#dimensionality). It cannot
# pass 5, whatever the weights are: each feature's share is at most its
# leverage on $W$, and leverages add up to the rank. Compression gets denser; the box does not grow.

# %%
share = geometry.dimensionality(W)
stored = geometry.represented(W[-1])
print(f"largest sum of shares: {share.sum(dim=-1).max():.3f} of 5")
print(f"mean share of a stored feature: {share[-1, stored].mean():.2f}")

# %% [markdown]
# ## "Then a neuron is a mixture of features"
#
# Only if neurons are worth looking at. Turn the hidden plane by any angle, $W \to RW$: a
# linear hidden layer computes the same function, because $W^\top R^\top R W = W^\top W$. Its axes
# are an accident of the coordinates. A ReLU *in the hidden layer* ends that freedom.

# %% alt="Left: axes of a linear hidden layer turned without effect. Right: with a ReLU the turned axes cut the plane elsewhere." caption="A nonlinearity that acts on each axis makes the axes special." tags=["hide-input"]
diagrams.plot_privileged_basis()

# %% [markdown]
# We train both kinds on ten features in five dimensions, then turn their hidden space at random
# 200 times and measure the loss each time.

# %%
generator = rng.generator(0, "page")
turns = basis.random_rotations(200, 5, generator=generator)
turns = torch.cat((torch.eye(5)[None], turns))  # the first turns nothing
density = torch.full((1, 10), 0.05)
x = data.independent(20_000, density=density, generator=generator)[:, 0]

# %%
ratio = {}
names = {"linear": "linear hidden layer", "relu": "ReLU hidden layer"}
for kind in names:
    toys = experiments.load(training.train, f"basis-{kind}")
    loss = basis.rotated_loss(
        selection.best(toys.W, toys.loss)[-1],
        selection.best(toys.b, toys.loss)[-1],
        x,
        rotations=turns,
        importance=toys.config.importance,
        hidden_activation=kind,
    )
    ratio[names[kind]] = (loss[1:] / loss[0]).sort().values

# %% alt="Loss after 200 random rotations, sorted, relative to the unrotated loss. Flat at 1 for the linear hidden layer, several times higher for the ReLU hidden layer." caption="Turning the axes costs a linear hidden layer nothing and a ReLU layer a lot."
curves.plot_lines(
    torch.arange(1, 201),
    ratio,
    x_label="rotation, sorted by loss",
    y_label="loss / loss unrotated",
    colors=("control", "clean"),
)

# %% [markdown]
# The flat line is what "no [privileged basis](../../glossary.md#privileged-basis)" means. In that
# layer it makes no sense to ask which feature a neuron stands for. In the other it does, and the
# answer is where *polysemantic* neurons come from.

# %% [markdown]
# ## Does a privileged basis give one feature per neuron?
#
# That would be the happy ending: find the ReLU layers, read the neurons. We try to break it by making
# features sparse. A neuron that answers to one feature alone has
# [monosemanticity](../../glossary.md#monosemantic) 1.

# %%
toys = experiments.load(training.train, "basis-relu")
W = selection.best(toys.W, toys.loss)
scores = basis.monosemanticity(W).sort(dim=-1, descending=True).values
print("density   monosemanticity of the five neurons")
for density, row in zip(toys.config.densities, scores):
    print(f"{density:7}   ", *(f"{score:.2f}" for score in row))

# %% [markdown]
# Dense features get a neuron each; sparse ones crowd together, and most neurons answer to several.
# A privileged basis makes the question about neurons meaningful. It does not make the answer
# "one". [Superposition](../../glossary.md#superposition) is about directions;
# [polysemanticity](../../glossary.md#polysemantic) is about neurons; the first is one cause of the
# second.

# %% [markdown]
# ## What this page claims

# %%
assert (geometry.represented(without).sum(dim=-1) == 2).all()
assert share.sum(dim=-1).max() <= 5 + 1e-4
assert (ratio["linear hidden layer"] - 1).abs().max() < 1e-3
assert ratio["ReLU hidden layer"].median() > 1.5
assert scores[0].min() > 0.8 and scores[-1].max() < 0.9

# %% [markdown]
# **Back to** [the note on superposition](../../notes/superposition.py)
