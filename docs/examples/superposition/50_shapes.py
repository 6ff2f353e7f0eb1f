# ---
# summary: >-
#   Pairs, triangles, tetrahedra, pentagons, antiprisms: the shapes that share out dimensions evenly,
#   why no arrangement can give away more than there is, and which of them trained models use.
# needs:
#   - "[how features arrange themselves](30_arrangements.py)"
# ---

# %% [markdown]
# # Which shapes share out dimensions evenly?
#
# Five features in a plane became a [pentagon](../../glossary.md#pentagon), and each got 2/5 of a dimension. That was one case. Now we ask which shapes
# there are, what each corner gets, whether some clever arrangement could give away more than it has, and which
# shapes a larger model picks for itself.

# %%
import torch

from mechnotes import claims, experiments, rng
from mechnotes.exercises import capacity as exercises
from mechnotes.plots import curves
from mechnotes.plots.polytopes import plot_polytopes
from mechnotes.plots.scatter import plot_agreement
from mechnotes.superposition import geometry
from mechnotes.superposition.dimensionality import claims as measured
from mechnotes.superposition.dimensionality import clusters, polytopes

# %% [markdown]
# ## Six shapes
#
# The [dimensionality](../../glossary.md#dimensionality) of a feature is
# $D_i = \lVert W_i\rVert^2 / \sum_j (\hat W_i\cdot W_j)^2$, with $\hat W_i$ of length 1. Let $n$ vectors of equal length pull equally in all directions of
# $m$ dimensions: a [tight frame](../../glossary.md#tight-frame). Then each has $D = m/n$.

# %% alt="Six shapes as arrows from a centre: a single arrow, a tetrahedron, a triangle, two opposite arrows, a pentagon, a square antiprism with eight arrows." caption="From a dimension of one's own to three eighths of one."
sizes = polytopes.SIZES
shapes = {
    f"{name}\nD = {m}/{n}": polytopes.corners(name)
    for name, (m, n) in sizes.items()
}
plot_polytopes(shapes)

# %%
print("shape              m   n      m/n   largest error of D")
for name, (m, n) in sizes.items():
    D = geometry.dimensionality(polytopes.corners(name))
    error = (D - m / n).abs().max()
    print(f"{name:17}  {m}   {n}   {m / n:.4f}   {error:.0e}")

# %%
claims.badge(measured.polytope_shares)

# %% [markdown]
# The control of this claim is an antiprism with all edges equal. It looks more regular, but it
# pulls more along its axis than across, and its corners get less than 3/8.

# %% [markdown]
# ## Side by side
#
# Shapes in orthogonal subspaces do not notice each other. So a model with four dimensions may use a pentagon in two of them and a pair in each of
# the others. Turning the whole does not change that. From the weights alone we can find the groups again: draw a line between features whose directions overlap,
# and see who hangs together.

# %%
parts = ("pentagon", "digon", "digon")
W = torch.block_diag(*[polytopes.corners(name) for name in parts])
random = torch.randn(4, 4, generator=rng.generator(0, "page"))
turned = torch.linalg.qr(random.double())[0] @ W
for group in clusters.groups(turned):
    features = ", ".join(map(str, group.features))
    print(f"{group.name:9} {group.dimensions:.3f} dimensions: {features}")

# %% [markdown]
# ## Why one cannot give away more than there is
#
# In all these examples the $D_i$ add up to $m$. Could a clever arrangement do better? No. Let $G = W^\top W$, and let $P$ be the projection on the
# space that the rows of $W$ span, so that $G = GP$. For feature $i$ that says
# $G_{ii} = (\text{row } i \text{ of } G)\cdot(\text{row } i \text{ of } P)$, which is at most the product of the two lengths.
# Square it, divide by the length of the first row squared:
#
# $$
# D_i = \frac{G_{ii}^2}{\sum_j G_{ij}^2} \;\le\; P_{ii},
# $$
#
# and the $P_{ii}$, called [leverages](../../glossary.md#leverage), add up to the rank of $W$. Random weights, and the best of the models with 20 features in 5
# dimensions from [an earlier lesson](40_what_it_is_not.py#sparse-features-get-more-dimensions):

# %%
from mechnotes.superposition import selection, training
from mechnotes.superposition.dimensionality import leverage

many = experiments.load(training.train, "many")
trained = selection.best(many.W, many.loss)[-1]
random = torch.randn(5, 20, generator=rng.generator(1, "page"))
print("          sum of D   sum of leverages")
for name, W in (("trained", trained), ("random", random)):
    D, P = leverage.capacity_and_leverage(W)
    print(f"{name:8}  {D.sum():8.3f}   {P.sum():16.3f}")

# %% alt="Dimensionality against leverage for 40 features: all dots lie on or below the diagonal, those of the trained model on it or close to it." caption="No dot lies above the diagonal. Trained models come close to it, random weights do not."
both = torch.cat(
    [leverage.capacity_and_leverage(W) for W in (trained, random)], dim=1
)
plot_agreement(
    both[1], both[0], x_label="leverage", y_label="dimensionality"
)

# %% [markdown]
# What is missing to the diagonal is waste: dimensions that nobody can use because the features pull at them unevenly. Equality needs each group to be a tight
# frame. That is why these shapes are special.

# %%
claims.badge(measured.sum_of_shares)

# %%
exercises.capacity_and_leverage

# %%
exercises.capacity_and_leverage.check(
    lambda W: torch.stack(
        (geometry.dimensionality(W), W.square().sum(dim=0))
    )
)

# %% [markdown]
# ## Which shapes do trained models use?
#
# Now 200 equally important features in 20 dimensions, one model for each of twenty
# [densities](../../glossary.md#density). We find the groups and name them; here is how many features belong to
# which shape.

# %%
from mechnotes.superposition.dimensionality import lines, sweep

many = experiments.load(sweep.train, "first")
names = ("triangle", "digon", "pentagon", "other")
counts = {name: torch.zeros(20) for name in names}
for k, W in enumerate(many.W[:, 0]):
    for group in clusters.groups(W):
        name = group.name if group.name in names else "other"
        counts[name][k] += len(group.features)

# %% alt="Number of features by shape against density, sparse on the left. Triangles: nine at density 0.62. Pairs: 36 to 38 from 0.53 to 0.28. A pentagon at 0.24. Other: from 53 at 0.21 to 137 at 0.05." caption="From right to left: triangles, then pairs and nothing else, then a pentagon; when very sparse, one large group."
curves.plot_lines(
    torch.tensor(many.config.densities),
    counts,
    x_label="density p",
    y_label="features in groups of this shape",
    log_x=True,
)

# %% [markdown]
# In the middle the model is a set of pairs and nothing else: nineteen of them, with one dimension left over that unstored features share. Nobody put
# pairs into the loss. Towards the sparse end all features hang together in one group, since with 60 or more features
# in 20 dimensions hardly two are orthogonal; names end there. Most of the shapes that one sees in pictures live in a narrow range.
#
# The control: keep all lengths and turn every feature in a random direction. Then there should be no named
# shapes.

# %%
generator = rng.generator(0, "page", "shuffled")
for k in (4, 8):
    shuffled = lines.shuffled_directions(many.W[k, 0], generator=generator)
    found = [group.name for group in clusters.groups(shuffled)]
    print(f"density {many.config.densities[k]:.2f}: {found}")

# %%
print(many.provenance)

# %% [markdown]
# ## What this page claims

# %%
pairs = counts["digon"]
assert pairs[4:9].min() >= 34 and counts["other"][4:9].max() == 0
assert counts["pentagon"][9] == 5 and counts["triangle"][3] >= 6
assert (both[0] <= both[1] + 1e-5).all()
assert set(found) == {"other"}
for name in ("polytope_shares", "sum_of_shares"):
    assert claims.verdict(getattr(measured, name)).verdict == "reproduced"

# %% [markdown]
# **Next:** [Are the steps real, or do we see them everywhere?](60_plateaus.py)
