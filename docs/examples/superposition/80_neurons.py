# ---
# summary: >-
#   With a ReLU on the hidden layer some neurons take one feature for themselves and others share
#   several. In a layer that computes, sparsity alone turns nearly all neurons polysemantic.
# needs:
#   - "[what superposition is not](40_what_it_is_not.py)"
#   - "[who gets how much](70_who_gets_how_much.py)"
# ---

# %% [markdown]
# # How many features does a neuron answer to?
#
# Until now [features](../../glossary.md#feature) shared *dimensions*, and the axes of the hidden space meant nothing. With a
# [ReLU](../../glossary.md#relu) on the hidden layer they do: the layer has a [privileged basis](../../glossary.md#privileged-basis), and one may ask of
# each neuron what it stands for. We look at two such models: one that stores features and one that computes with
# them.

# %%

from mechnotes import claims, experiments
from mechnotes.plots.heatmap import plot_matrix
from mechnotes.plots.strips import plot_strips
from mechnotes.superposition import basis, selection
from mechnotes.superposition.neurons import claims as measured
from mechnotes.superposition.neurons import kinds, restarts, training

# %% [markdown]
# ## Storing: the best of fifty
#
# Ten features in five neurons; each matters three quarters as much as the one before. Such models end in many different places, so we
# train fifty at each [density](../../glossary.md#density) and read the best. A neuron's
# [monosemanticity](../../glossary.md#monosemantic) is the share of its strongest feature in its response. From 0.9 we count it as monosemantic, below 0.6 as
# [polysemantic](../../glossary.md#polysemantic), and do not argue about the rest.

# %%
toys = experiments.load(restarts.train, "relu")
W = selection.best(toys.W, toys.loss)  # [densities d_hidden features]
scores = basis.monosemanticity(W)
print("density   monosemanticity of the five neurons   of 50, both kinds")
for k, density in enumerate(toys.config.densities):
    row = scores[k].sort(descending=True).values
    runs = [kinds.kinds(one) for one in basis.monosemanticity(toys.W[k])]
    both = sum(x.monosemantic > 0 and x.polysemantic > 0 for x in runs)
    values = "  ".join(f"{value:.2f}" for value in row)
    print(f"{density:7}   {values:38}   {both:2}")

# %% [markdown]
# Dense features: five neurons, five features. Then something sharper than a gradual mixing: at 0.35 and 0.25 three neurons keep one
# feature each, and the other two share. Here they are.

# %% alt="Weights of five neurons on ten features. Three neurons have one large weight, on features 0, 1 and 2. Two neurons have large weights on features 3, 4 and 5, with different signs." caption="Density 0.25: the three most important features have a neuron each. The next three share two neurons, each with its own pattern of signs."
order = W[2].abs().argmax(dim=1).argsort(stable=True)
plot_matrix(
    W[2][order],
    label="weight from feature to neuron",
    x_label="feature, the most important first",
    y_label="neuron",
    limit=1.0,
)

# %% [markdown]
# Three features in two neurons, told apart by their signs: plus-plus, plus-minus, minus-plus. That is
# [superposition](../../glossary.md#superposition), confined to two neurons, while the rest of the layer is as readable as one could wish. And it is the allocation
# of [the last lesson](70_who_gets_how_much.py#the-best-allocation) in another model: full for what matters most, shared in the middle, nothing for the rest.

# %%
claims.badge(measured.both_kinds_of_neurons)

# %% [markdown]
# The control, the same sizes with a linear hidden layer, has no neuron of the first kind. Ours is a reduced version: the paper takes the best of about a
# thousand. Does the choice of the best run decide the result? No: the last column above counts all fifty.

# %%
print(toys.provenance)

# %% [markdown]
# ## Computing: absolute values
#
# Storing is not what networks are for. Now the features lie between −1 and 1 and output *i* should be *|xᵢ|*. With two neurons for a feature that is exact:
# *|x| = ReLU(x) + ReLU(−x)*. There are 100 features and 40 neurons, each feature 0.8 times as important as
# the one before; weights in and out are separate. Two models at each density.

# %% alt="Monosemanticity of the 80 neurons of two models at five densities. Density 1 and 0.3: mostly above 0.8. Density 0.1: mostly below 0.6. Density 0.03 and 0.01: nearly all below 0.4." caption="Every dot is a neuron. Dense: nearly all read one feature. Sparse: nearly none."
models = experiments.load(training.train_absolute, "absolute")
shares = kinds.response_shares(models.W_in.float())
plot_strips(
    {
        f"density {density:g}": row.flatten()
        for density, row in zip(models.config.densities, shares)
    },
    label="share of the strongest feature (1: monosemantic)",
    threshold=0.6,
)

# %%
print("density   one feature   between   many features, of 80")
for density, row in zip(models.config.densities, shares):
    found = [kinds.kinds(one) for one in row]
    one, between = (
        sum(getattr(x, name) for x in found)
        for name in ("monosemantic", "between")
    )
    many = sum(x.polysemantic for x in found)
    print(f"{density:7}   {one:11}   {between:7}   {many:13}")

# %%
claims.badge(measured.polysemantic_when_sparse)

# %% [markdown]
# The architecture is the same in all rows, the importances are the same, the task is the same. Only how often features occur has changed.

# %% [markdown]
# ## A motif, and a test that it fails
#
# The paper describes how a neuron serves two features without confusing them. It reads one with a large weight and writes it with a
# small one, and the other the other way round. Then the first disturbs the second's output strongly, the second hardly disturbs the first, and another neuron
# can undo the strong disturbance. It is called *asymmetric superposition*. We look for neurons whose ratio of weights in and inverse ratio of weights
# out are both above 2, among the two features they serve most.

# %%
W_in, W_out = models.W_in[2, 0].float(), models.W_out[2, 0].float()
motif = kinds.asymmetry(W_in, W_out).nan_to_num(0)
print(f"{int((motif > 2).sum())} of 40 neurons; the clearest:")
print("neuron   feature   reads with   writes with")
for neuron in motif.topk(2).indices.tolist():
    product = (W_in[neuron] * W_out[:, neuron]).abs()
    for feature in product.topk(2).indices.tolist():
        reads, writes = W_in[neuron, feature], W_out[feature, neuron]
        print(f"{neuron:6}   {feature:7}   {reads:10.2f}   {writes:11.2f}")

# %% [markdown]
# There it is. Before believing that the model uses it, the control: exchange the neurons' outgoing weights at random, so that what a neuron reads has nothing to
# do with what it writes, and count again.

# %%
claims.badge(measured.asymmetric_motif)

# %% [markdown]
# By chance there are *more*, about twice as many and up. So our way of counting cannot tell a motif from an accident, and the two neurons above are examples and no
# evidence. Perhaps another way of counting could: one that asks whether the strong disturbance is really undone. As it
# stands, the claim differs.

# %% [markdown]
# ## What this page claims

# %%
assert scores[0].min() > 0.9
for row in scores[1:3]:
    assert (row > 0.9).sum() == 3 and (row < 0.6).sum() == 2
assert shares[1].median() > 0.8 and shares[3:].median() < 0.3
for claim in (
    measured.both_kinds_of_neurons,
    measured.polysemantic_when_sparse,
    measured.asymmetric_motif,
):
    outcome = claims.verdict(claim)
    assert outcome.verdict == outcome.claim.recorded

# %% [markdown]
# **Next:** [What does superposition cost, and how does it begin?](90_what_it_costs.py)
