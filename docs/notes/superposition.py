# ---
# order: 10
# group: Toy models
# summary: >-
#   A network can store more features than it has dimensions, if it accepts that they sometimes get in
#   each other's way. What that means, when it happens, and why it stands between us and reading a
#   network neuron by neuron.
# ---

# %% [markdown]
# # Superposition: more features than dimensions
#
# We would like to open a network and read off what it knows: this unit stands for curves, that one
# for French. Sometimes it works. Usually a unit answers to a handful of unrelated things, and
# nobody can say what it stands for. Superposition is a leading explanation of why, not the only one, and the
# [ten lessons](#where-to-see-it) of this topic let you watch it happen in models small enough to
# understand completely.

# %% [markdown]
# ## The words, one at a time
#
# **Feature.** The property of the input that we want to speak about: a curve, a name, the past
# tense. Nobody has a definition that everyone accepts. Three are in use: *any* function of the
# input; a property that *a human can understand*; a property to which a *sufficiently large network*
# would give a neuron of its own. The [glossary](../glossary.md#feature) says which page uses which.
# In the toy models the question does not come up, because we make the data and know its features.
#
# **Direction.** The working hypothesis is that a network represents a feature as a direction in its
# space of activations: the more of the feature, the further the activation moves along that
# direction, and two features at once are the sum of two such moves. That is what *linear* means in
# [linear representation](../glossary.md#linearity). It does not mean that the direction
# belongs to a neuron, and not that the network computes linearly.
#
# **Decomposability.** If activations are sums of feature directions, they can be
# [taken apart](../glossary.md#decomposability) again and each part understood on its own. Without
# it there would be nothing to interpret but the whole.
#
# **Privileged basis.** A neuron is an axis of the space. An axis is worth a name only if
# something makes it different from all the other directions. A
# [ReLU](../glossary.md#relu) that acts on each unit separately does that; a purely linear layer, such
# as the [residual stream](../glossary.md#residual-stream), does not. Only in a
# [privileged basis](../glossary.md#privileged-basis) is "what does this neuron do?" a
# question. [We turn the axes and measure](../examples/superposition/40_what_it_is_not.py#every-hidden-unit-means-something).

# %% alt="Left: in a linear layer, turning the axes gives the same function. Right: with a ReLU per axis, the turned axes cut the plane in another place." caption="Turning the axes of a linear layer changes nothing that the network computes. With a ReLU it does." tags=["hide-input"]
from mechnotes.plots import diagrams

diagrams.plot_privileged_basis()

# %% [markdown]
# ## What superposition is
#
# A space with $m$ dimensions has room for $m$ directions at right angles. It has room for very many
# more that are *nearly* at right angles. **Superposition** is a network that uses them: it represents
# more features than it has dimensions, and gives each its own direction, none of them quite
# independent of the others.

# %% alt="Two perpendicular arrows in a plane beside five arrows at 72 degrees from one another." caption="Two features fit without touching. Five fit if each accepts some overlap with its neighbours." tags=["hide-input"]
diagrams.plot_superposition()

# %% [markdown]
# The price is [interference](../glossary.md#interference): reading along one direction picks
# up a little of the others. Two things make it bearable. Most features are absent most of the time,
# so the others are usually silent. And a nonlinearity can cut small readings away.

# %% alt="Feature 1 alone is active in a pentagon of features. Reading along each direction gives 1, two values near 0.3 and two near minus 0.8; after a negative bias and a ReLU only feature 1 is left, reduced by a third." caption="What a ReLU with a negative bias removes: the negative readings and the small positive ones. Trained models lengthen their arrows to make up for what it costs." tags=["hide-input"]
diagrams.plot_interference()

# %% [markdown]
# Seen this way superposition is *lossy compression*. It can also be seen as a small network
# that approximates a larger, sparser one, in which every feature would have had a neuron. If we could
# train that larger network, we would rather read it.

# %% [markdown]
# ## When it happens
#
# Two quantities decide. **Importance** is how much the loss suffers when a feature is lost.
# **Sparsity** is how often the feature is absent; we count its opposite, the
# [density](../glossary.md#density) $p$. For two features and one dimension the trade can be
# computed: sharing costs roughly in proportion to $p^2$, because two features must meet to collide,
# and dropping one roughly in proportion to $p$. So sharing wins when features are rare, and for a
# feature that matters less only at lower density. [The lesson](../examples/superposition/20_when_it_pays.py)
# draws the boundary, with trained models on both sides of it
# ([claims N-TMS-2a to 2c](../scorecard.py)).
#
# In the paper's picture the second feature jumps from stored to dropped. Up to about half the
# importance of the first, that is what we find. Nearer to equal importance the jump is only partial,
# and of two equal ones
# [neither is ever quite dropped](../examples/superposition/20_when_it_pays.py#does-every-importance-have-an-edge).

# %% [markdown]
# ## What it looks like
#
# Features do not end up just anywhere. Five equally sparse ones in a plane form a regular
# pentagon; less sparse, four of them form two opposite pairs and the fifth is dropped
# ([lesson](../examples/superposition/30_arrangements.py#from-two-features-to-five), claims N-TMS-1a to
# 1f). Features that never occur together are put in opposite directions; features that occur
# together avoid that
# ([lesson](../examples/superposition/30_arrangements.py#who-faces-whom), claims N-TMS-7a and 7b). So
# superposition groups features by how they occur, and the share of a dimension that each
# receives, its [dimensionality](../glossary.md#dimensionality), falls, in these five-feature models,
# near a few fractions: 1, 1/2, 2/5.
#
# Features of a group share their dimensions with each other and with nobody else. The shapes that do it evenly are
# [a handful](../examples/superposition/50_shapes.py): pairs, triangles, tetrahedra, pentagons, antiprisms. Whatever the
# arrangement, the shares never add up to more than there are dimensions (claim N-TMS-6; the proof is three lines). In a
# larger model, with 200 features, one step is unmistakable, at 1/2, where for a range of densities the model consists of pairs and nothing else; the
# other fractions of the paper we do not find as steps, though a generous test
# [finds them in random directions too](../examples/superposition/60_plateaus.py) (claims N-TMS-4a to 4c).

# %% [markdown]
# ## Who gets how much
#
# If some features matter more than others, how should a model divide its dimensions? For a model that computes a
# sum of squares this can be [worked out exactly](../examples/superposition/70_who_gets_how_much.py): capacity goes where a little more of it saves most. Dense features get a
# dimension each or nothing. Sparse ones are divided into three classes: the most important have a dimension to themselves, the least important have nothing, and between them lies a band
# that shares, the wider the sparser the features are. Gradient descent finds the same division (claims N-CAP-1 to 4).
# A toy model with a ReLU on its hidden layer does something alike with
# [its neurons](../examples/superposition/80_neurons.py): three keep one feature each, two share three features (claim N-TMS-8a).

# %% [markdown]
# ## What it costs
#
# Interference by chance is rare. Interference on purpose is not: the [worst small change](../examples/superposition/90_what_it_costs.py) of an input
# moves an output by $1/\sqrt{D_i}$ times what is fair, through features that have nothing to do with it (claims N-TMS-9a and 9b). Superposition is paid for in
# robustness.

# %% [markdown]
# ## Why it matters for reading a network
#
# A neuron is one direction among many. If features point in more directions than there are
# neurons, some neuron must overlap with several of them, and then it is
# [polysemantic](../glossary.md#polysemantic): it answers to unrelated things. The two words are not
# the same. Superposition is about how features share a space; polysemanticity is about what one
# neuron responds to, and there are other ways to get it: features can mix on a neuron simply because
# nothing told them to line up.
#
# If each feature had a known direction of its own, we could list the features, check that none of a
# dangerous kind is active, and follow computations from one to the next without cross-talk. Three
# roads lead there: train networks that do not superpose; take a trained network and *find* the
# overcomplete set of directions afterwards, which is what
# [sparse autoencoders](../glossary.md#sparse-autoencoder) try; or change training so that
# finding them becomes easier.

# %% [markdown]
# ## Six sentences that are nearly right
#
# | one reads | better |
# |---|---|
# | "Sparser features use more dimensions." | The dimensions are given. [More *features* are represented in them](../examples/superposition/40_what_it_is_not.py#sparse-features-get-more-dimensions). |
# | "A feature is the direction of a neuron's activation." | A feature is a direction in activation space; it need not be aligned with any neuron. |
# | "A small dense model mimics a large sparse one because dense data needs less room." | The hypothesis is that a small model with densely used neurons approximates a larger one whose neurons are rarely active. |
# | "Polysemanticity and superposition are the same." | One is about neurons, the other about features in a space; the second is one cause of the first. |
# | "Any model that is too small superposes." | [Not without a nonlinearity](../examples/superposition/40_what_it_is_not.py#any-model-with-too-few-dimensions-does-it): a linear model, given features of unequal importance, keeps the top ones and drops the rest (claims N-TMS-10a and 10b). |
# | "A feature spread over many neurons shows superposition." | That is a distributed code: one feature, many neurons. Superposition is more features than dimensions; either occurs without the other. |

# %% [markdown]
# ## What the toy models do not show
#
# They show that superposition *can* arise from training, when, and in which shapes. They do
# not show that a language model stores its features this way, nor that its features are
# independent, equally sparse, or even countable. That evidence has to come from language models
# themselves. And the toys store features without computing anything with them; how far computation
# can happen inside superposition is a question of its own.

# %% [markdown]
# ## Where to see it
#
# 1. [What does the smallest model compute?](../examples/superposition/10_the_toy_model.py) The model in the open, and the exact price of one feature.
# 2. [When do two features share one dimension?](../examples/superposition/20_when_it_pays.py) Two formulas, and trained models beside them.
# 3. [How do five features share two dimensions?](../examples/superposition/30_arrangements.py) From two arrows to a pentagon.
# 4. [What is superposition not?](../examples/superposition/40_what_it_is_not.py) Three stories, each broken by taking one thing away.
# 5. [Which shapes share out dimensions evenly?](../examples/superposition/50_shapes.py) Six polytopes, a bound, and what models use.
# 6. [Are the steps real, or do we see them everywhere?](../examples/superposition/60_plateaus.py) A test that cannot fail, and one that can.
# 7. [Who gets how much of the dimensions?](../examples/superposition/70_who_gets_how_much.py) The best way to share, computed and found.
# 8. [How many features does a neuron answer to?](../examples/superposition/80_neurons.py) Storing and computing with special axes.
# 9. [What does superposition cost, and how does it begin?](../examples/superposition/90_what_it_costs.py) The worst input; training that waits.
# 10. [What if the pieces are regions instead of directions?](../examples/superposition/95_polytope_lens.py) Counting linear regions, and a reading guide.
#
# Read with it: [Toy Models of Superposition](../bibliography.md#toy-models-of-superposition), where
# nearly everything on this page was first said,
# [Polysemanticity and Capacity](../bibliography.md#polysemanticity-and-capacity) for who gets how much, and the walk-throughs of it on video,
# [The Geometry of AI Minds in Superposition](https://www.youtube.com/watch?v=qGQ5U3dkZzk) and
# [A Walkthrough of Toy Models of Superposition](https://www.youtube.com/watch?v=R3nbXgMnVqQ).
