# ---
# summary: >-
#   A ReLU network is affine on each of many small regions. We count them exactly, by depth and width,
#   find the known bound met by one layer and depth unused by random networks, and read a paper that
#   would put regions in the place of directions.
# needs:
#   - "[what superposition is not](40_what_it_is_not.py)"
# ---

# %% [markdown]
# # What if the pieces are regions instead of directions?
#
# So far a [feature](../../glossary.md#feature) was a direction. But a direction says nothing of what a
# [ReLU](../../glossary.md#relu) does with it: the same direction can mean one thing while a neuron is
# on and another while it is off. One proposal is to look at the *regions* instead: sets of inputs on
# which the same neurons are on. Before reading it, we count some.

# %%
import torch

from mechnotes import rng
from mechnotes.plots import curves, strips
from mechnotes.plots.regions import plot_regions
from mechnotes.superposition import regions

# %% [markdown]
# ## One region, one affine function
#
# Take a network with two inputs. Each neuron of the first layer is on at one side of a line and off at
# the other. Where no neuron changes, the network is one affine function of its input, and the set of
# such inputs is a convex polygon: a [linear region](../../glossary.md#linear-region). We find
# them all by cutting the square along one neuron's line after the other.

# %%
shapes = ((12,), (6, 6), (4, 4, 4))
box = {"low": (-3, -3), "high": (3, 3)}
panels = {}
for widths in shapes:
    generator = rng.generator(0, "page", *widths)
    layers = regions.random_network(widths, generator=generator)
    found = regions.cut(layers, **box)
    on = torch.stack([region.pattern.double().mean() for region in found])
    title = f"{' + '.join(map(str, widths))}: {len(found)}"
    panels[title] = ([region.vertices for region in found], on)

# %% alt="Three squares cut into polygons. One layer of 12 neurons: straight lines across the whole square. Two and three layers: some lines bend where they meet others." caption="12 neurons in one, two and three layers, with random weights; the title counts the regions. The more neurons are on, the darker."
plot_regions(panels)

# %% [markdown]
# In the first square every line runs straight through. In the others the lines of the later layers
# bend, because these neurons see a bent picture of the input. That bending is all that depth
# adds.

# %% [markdown]
# ## One layer: a bound, and it is met
#
# *n* lines cut the plane into at most 1 + *n* + *n*(*n* − 1)/2 pieces: a new line is cut by the *n* old ones
# into *n* + 1 parts, and each part splits one piece. In *d* dimensions it is the number of
# ways to choose at most *d* of the *n*. Lines at random, no two parallel and no three through a point, meet the bound, if one looks far
# enough out.

# %%
print("neurons   bound   far out   in the square")
for n in (2, 4, 8, 16):
    generator = rng.generator(n, "page")
    layers = regions.random_network((n,), generator=generator)
    far = regions.cut(layers, low=(-1e4, -1e4), high=(1e4, 1e4))
    near = regions.cut(layers, **box)
    bound = regions.most_regions(n, 2)
    print(f"{n:7}  {bound:6}  {len(far):8}  {len(near):14}")

# %% [markdown]
# Far out the count equals the bound in every row. Do we miss regions, or count some twice? An
# independent way: put a fine grid over the square and count the patterns of on and off that it meets.
# It can only miss.

# %%
layers = regions.random_network((6, 6), generator=rng.generator(4, "page"))
exact = len({tuple(r.pattern.tolist()) for r in regions.cut(layers)})
for n_points in (10, 100, 1000):
    met = regions.grid_patterns(layers, n_points=n_points)
    print(f"grid of {n_points:4}²: {met:3} of {exact} patterns")

# %% [markdown]
# ## Depth can multiply
#
# A tent maps the interval from 0 to 1 onto itself twice, up and down. Put one tent after the other and
# each folds all the pieces made before: they double. Two neurons make a tent.

# %%
depths = torch.arange(1, 9)
folded = []
for depth in depths.tolist():
    layers = regions.sawtooth(depth)
    folded.append(len(regions.cut(layers, low=(0, 0), high=(1, 1))))
flat = [regions.most_regions(2 * d, 1) for d in depths.tolist()]
print(folded, flat)

# %% alt="Regions on a line against depth, from 1 to 8. The folding network doubles up to 256. One layer with as many neurons has at most 17." caption="The same number of neurons: eight folds of two make 256 pieces, one layer of sixteen at most 17."
curves.plot_lines(
    depths,
    {
        "folding": torch.tensor(folded).double(),
        "one layer": torch.tensor(flat).double(),
    },
    x_label="layers of two neurons",
    y_label="regions on a line",
    colors=("clean", "control"),
)

# %% [markdown]
# ## Random networks do not
#
# One hears that deep networks are powerful *because* they have so many regions. The fold was built by hand. The control: networks with the same 24
# neurons, random weights, and one to six layers.

# %%
groups = {}
for widths in ((24,), (12, 12), (8, 8, 8), (6,) * 4, (4,) * 6):
    generator = rng.generator(1, "page", len(widths))
    counts = []
    for _ in range(6):
        net = regions.random_network(widths, generator=generator)
        counts.append(float(len(regions.cut(net, **box))))
    layers = "layer" if len(widths) == 1 else "layers"
    groups[f"{len(widths)} {layers}"] = torch.tensor(counts)

# %% alt="Number of regions of random networks with 24 neurons. One layer: about 260. Two layers: 200 to 310. Three: 165 to 320. Four: 80 to 190. Six: 45 to 175." caption="Six random networks of each shape. Spreading 24 neurons over more layers does not make more regions."
strips.plot_strips(groups, label="regions in the square, 24 neurons")

# %% [markdown]
# Not more: two and three layers make about as many as one, four and six make fewer. That is what theory says of the average over random weights: it grows with the number of
# *neurons* and not exponentially with depth
# ([Hanin and Rolnick 2019](../../bibliography.md#few-activation-patterns)). What a network *could* do
# and what one that was drawn or trained *does* are different questions. The count alone does not tell
# how a network works; it says how many affine pieces a full description would need. Even
# 24 neurons with two inputs need a few hundred.

# %% [markdown]
# ## The paper: Interpreting Neural Networks through the Polytope Lens
#
# *Black, Sharkey and others, 2022.* [arXiv:2211.12312](https://arxiv.org/abs/2211.12312).
#
# **The question.** Neurons are polysemantic, and directions cannot say what a nonlinearity does. Is there another unit of
# description? The paper takes the polytopes: regions in which the network, or a stretch of its layers, is affine.
#
# **The approach.** The pattern of on and off over all later layers is a code for the region an activation lies in. Three predictions
# follow: that groups of neighbouring regions are more monosemantic than directions; that many region boundaries lie where the meaning changes; and that
# a feature's direction holds only inside certain regions, so that scaling it far enough should change what it means.
# They are tested on an image classifier and on language models.
#
# **While reading.** There are far too many regions to look at each (you have just seen how fast they come), so the paper works with
# *groups* of them. Ask how the groups were made, and whether grouping plain activations would have done as well. Ask also what a boundary *does*: crossing one
# may change the affine map by next to nothing. And the last prediction is close to something that [this
# topic](40_what_it_is_not.py#every-hidden-unit-means-something) has shown in small: without the nonlinearity no direction is
# special, with it the axes are.
#
# **Run here.** The count by depth and width, above. **Not run**: codes, groups and boundaries in large models.

# %% [markdown]
# ## What this page claims

# %%
for n in (2, 4, 8, 16):
    generator = rng.generator(n, "page")
    layers = regions.random_network((n,), generator=generator)
    far = regions.cut(layers, low=(-1e4, -1e4), high=(1e4, 1e4))
    assert len(far) == regions.most_regions(n, 2)
assert folded == [2**d for d in depths.tolist()]
assert 0.9 * exact <= met <= exact
means = {name: counts.mean() for name, counts in groups.items()}
assert means["6 layers"] < means["1 layer"]
assert max(means.values()) < 1.5 * means["1 layer"]

# %% [markdown]
# **Back to** [the note on superposition](../../notes/superposition.py)
