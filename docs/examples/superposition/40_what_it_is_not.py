# ---
# summary: >-
#   Three tempting stories about superposition, each tested by taking one thing away: the ReLU, the
#   belief that sparse features get more dimensions, the belief that every unit means something.
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
# the second row of models has no [ReLU](../../glossary.md#relu). Importance falls by a tenth from
# feature to feature in both.

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
# A linear model cannot cut interference off, so storing a third, less important feature costs more
# than it brings. What it finds are the principal components of the data weighted by importance. (If
# all features mattered equally it would be indifferent, and smear them over the plane without gaining
# anything.) How sparse they are makes no difference. The claims measure it on linear models trained
# with a higher learning rate, which settle more cleanly.

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
# pass 5, whatever the weights are. Why: feature $i$ is an axis of the feature space. Project that axis
# on the space spanned by the rows of $W$; the share $D_i$ is at most the squared length of what
# remains, and those lengths add up to the number of independent rows, at most 5. Compression gets
# denser; the box does not grow.

# %%
share = geometry.dimensionality(W)
stored = geometry.represented(W[-1])
print(f"largest sum of shares: {share.sum(dim=-1).max():.3f} of 5")
print(f"mean share of a stored feature: {share[-1, stored].mean():.2f}")

# %% [markdown]
# ## "Every hidden unit means something"
#
# Turn the hidden space by any rotation $R$, $W \to RW$: a linear hidden layer computes the same function, because $W^\top R^\top R W = W^\top W$. Its axes
# are an accident of the coordinates. A ReLU *in the hidden layer* ends that freedom.

# %% alt="Left: axes of a linear hidden layer turned without effect. Right: with a ReLU the turned axes cut the plane elsewhere." caption="A nonlinearity that acts on each axis makes the axes special." tags=["hide-input"]
diagrams.plot_privileged_basis()

# %% [markdown]
# We train both kinds on ten features in five dimensions at density 0.2, then turn their hidden space
# at random 200 times and measure the loss each time. For scale: a model that always answers with the
# mean has about six times the unturned loss.

# %%
generator = rng.generator(0, "page")
turns = basis.random_rotations(200, 5, generator=generator)
turns = torch.cat((torch.eye(5)[None], turns))  # the first turns nothing
density = torch.full((1, 10), 0.2)
x = data.independent(20_000, density=density, generator=generator)[:, 0]

# %%
ratio = {}
names = {"linear": "linear hidden layer", "relu": "ReLU hidden layer"}
for kind in names:
    toys = experiments.load(training.train, f"basis-{kind}")
    loss = basis.rotated_loss(
        selection.best(toys.W, toys.loss)[1],
        selection.best(toys.b, toys.loss)[1],
        x,
        rotations=turns,
        importance=toys.config.importance,
        hidden_activation=kind,
    )
    ratio[names[kind]] = (loss[1:] / loss[0]).sort().values

# %% alt="Loss after 200 random rotations, sorted, relative to the unrotated loss. Flat at 1 for the linear hidden layer, two to five times higher for the ReLU hidden layer." caption="Turning the axes costs a linear hidden layer nothing. With a ReLU it multiplies the loss by two to five."
curves.plot_lines(
    torch.arange(1, 201),
    ratio,
    x_label="rotation, sorted by loss",
    y_label="loss / loss unrotated",
    colors=("control", "clean"),
)

# %% [markdown]
# The flat line is what "no [privileged basis](../../glossary.md#privileged-basis)" means. In that
# layer it makes no sense to ask which feature a neuron stands for. In the other it does; the next
# section asks how many. (The output bias stays as trained; fitted anew after each turn it would soften
# the loss, not remove it.)

# %% [markdown]
# ## Does a privileged basis give one feature per neuron?
#
# That would be the happy ending: find the ReLU layers, read the neurons. We try to break it by making
# features sparse. A neuron that answers to one feature alone has
# [monosemanticity](../../glossary.md#monosemantic) 1.

# %%
scores = {}
for kind in names:
    toys = experiments.load(training.train, f"basis-{kind}")
    W = selection.best(toys.W, toys.loss)
    score = basis.monosemanticity(W, hidden_activation=kind)
    scores[kind] = score.sort(dim=-1, descending=True).values
print("density   monosemanticity of the five ReLU neurons")
for density, row in zip(toys.config.densities, scores["relu"]):
    print(f"{density:7}   ", *(f"{value:.2f}" for value in row))
print("control   the five linear units, density 0.5")
print("          ", *(f"{value:.2f}" for value in scores["linear"][0]))

# %% [markdown]
# Dense features get a neuron each, and the linear units of the control do not: it is the ReLU that
# lines features up with neurons. From density 0.2 on no neuron has one feature to itself; its strongest
# feature makes up half of its answer at most. A privileged basis makes the question about neurons
# meaningful. It does not make the answer "one". [Superposition](../../glossary.md#superposition) is
# about directions; [polysemanticity](../../glossary.md#polysemantic) is about neurons; the first is one
# cause of the second.

# %% [markdown]
# ## What this page claims

# %%
assert (geometry.represented(without).sum(dim=-1) == 2).all()
assert share.sum(dim=-1).max() <= 5 + 1e-4
assert (ratio["linear hidden layer"] - 1).abs().max() < 1e-3
assert ratio["ReLU hidden layer"].median() > 1.5
assert scores["relu"][0].min() > 0.8 and scores["relu"][1:].max() < 0.6
assert scores["linear"][0].max() < 0.6  # the control

# %% [markdown]
# **Back to** [the note on superposition](../../notes/superposition.py)
