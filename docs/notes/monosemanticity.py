# ---
# order: 12
# group: Toy models
# title: Engineering monosemanticity
# summary: >-
#   Instead of taking mixed neurons apart afterwards, one can try to train neurons that do not mix. What a paper from 2022 found
#   in toy models, which of it we found again, and what the count of clean neurons does not tell.
# ---

# %% [markdown]
# # Can one train neurons that mean one thing?
#
# [Superposition](superposition.py) ends with three roads to a network that can be read: avoid it, find the directions afterwards, or train so that they are easy to
# find. *Engineering Monosemanticity in Toy Models* (Jermyn, Schiefer and Hubinger, 2022) tries the third. It does not change what the
# network has to do, or how well it does it. It changes *which* of many good solutions training ends in.

# %% [markdown]
# ## The set-up
#
# Features, most of them absent most of the time, are squeezed into fewer numbers by a fixed random matrix. That stands for the world: what
# reaches a network is already mixed. One layer of [neurons](../glossary.md#neuron) with a [ReLU](../glossary.md#relu) and a
# [bias](../glossary.md#bias) each reads the mixture, and a linear layer writes the features out again. Now feed one feature alone, then the
# next, and look at one neuron. Does it answer to one of them? Then it is [monosemantic](../glossary.md#monosemantic). To several?
# [Polysemantic](../glossary.md#polysemantic).

# %% alt="Two rows of eight cells. The monosemantic neuron answers 0.9 to one feature and 0 to seven. The polysemantic one answers 0.1 to 0.7 to seven of the eight." caption="What two neurons answer to eight features, fed one at a time (made up)." tags=["hide-input"]
import torch

from mechnotes.plots import tables

answers = torch.tensor(
    [[0, 0, 0, 0.9, 0, 0, 0, 0], [0.5, 0.1, 0.7, 0.3, 0, 0.6, 0.2, 0.4]]
)
tables.plot_table(
    answers,
    rows=["monosemantic", "polysemantic"],
    columns=[str(i) for i in range(8)],
    label="answer to a feature alone, at strength 1",
)

# %% [markdown]
# ## What the paper says, and what we saw
#
# Our models have half the paper's features, inputs and neurons, and a sixteenth of its steps or fewer, of batches that are smaller by far. So a *no* means: not at this size.
# [The scorecard](../examples/monosemanticity/60_scorecard_row_by_row.py) has the numbers, the bands and the controls.
#
# | the paper | in our models |
# |---|---|
# | Models of nearly equal loss differ widely in how many of their neurons are monosemantic. | Yes. [0.166 and 0.167, with none and with 53](../examples/monosemanticity/20_learning_rate_and_bias.py#the-same-way-other-neurons). Over a whole sweep of rates the counts go from 0 to 227, while the losses are nearly equal only if read where the rate is high. |
# | A higher learning rate gives more. | Yes, and [Adam does it as LAMB does](../examples/monosemanticity/50_does_the_optimiser_matter.py). At the highest rate, with each of four seeds, all 256 features end with [a neuron of their own](../examples/monosemanticity/10_what_makes_a_neuron_monosemantic.py#a-trained-layer), if one forgives small blemishes. |
# | Biases that start below zero and decay in the first half give far more, at no cost. | At no cost: yes. Far more: [no, 1.1 to 1.3 times](../examples/monosemanticity/20_learning_rate_and_bias.py#start-the-biases-below-zero). In runs as short as ours the decay takes biases hostage. |
# | Such models have moderately negative biases. | Yes: [between -0.9 and -0.4 on average](../examples/monosemanticity/20_learning_rate_and_bias.py#which-start-is-best). It matters less where they start. |
# | More neurons make more of them monosemantic. | Yes: [from 16 of 64 to 259 of 512](../examples/monosemanticity/30_more_neurons.py#how-many-get-their-own). |
# | The polysemantic rest does something simple. | Yes. [One number replaces 36 neurons](../examples/monosemanticity/30_more_neurons.py#replace-36-neurons-by-one-number). |
# | A penalty on activity helps, cheaply. | Yes, [at one strength of seven](../examples/monosemanticity/40_what_else_matters.py#a-penalty-on-activity). |
#
# ## What to doubt
#
# **What is counted.** A neuron is monosemantic if one feature gets more than 0.999 of all its answers. Of two other sensible measures one agrees, and the third, which asks whether
# *features* can be told apart, [can say the opposite](../examples/monosemanticity/10_what_makes_a_neuron_monosemantic.py#five-layers-on-which-three-measures-disagree).
# And a count of neurons says nothing about how many features they cover: three neurons may stand for the same one.
#
# **One feature at a time.** That is how the neurons are tested, and never how they are used. On ordinary inputs, with four features active in the usual sample, one of
# our certified neurons [has its feature in front of it in 41 % of the cases](../examples/monosemanticity/10_what_makes_a_neuron_monosemantic.py#does-it-stand-for-the-feature)
# in which it fires. The mixture that it reads is to blame, not its weights; but in a real network there is always a mixture.
#
# **When the loss is read.** The published schedule lets the learning rate swing for ever and ends at its peak. Half a swing earlier
# the loss of the same model [is lower by more than a quarter](../examples/monosemanticity/20_learning_rate_and_bias.py#a-rate-that-swings). Losses that look equal at the peak need not be equal.
#
# **A high threshold is easily passed.** Lower the biases of a layer of *random* weights, and [48 of its neurons](../examples/monosemanticity/10_what_makes_a_neuron_monosemantic.py#a-trained-layer) are monosemantic by the
# same measure.
#
# **What a toy leaves out.** Features are given, independent, and worth the same; the network has one layer and only has to write them out again. Nothing here says that
# the features of a language model are like that, or that its training would not find the extra neurons a better use.

# %% [markdown]
# ## Questions that people ask
#
# The first three are from the notes of somebody who set out to replicate the paper.
#
# **Can polysemanticity be measured?** In a toy: yes, because the features are known, and one can feed each alone. Even so the answer depends on the question: *does this neuron answer to
# one thing* and *can these features be told apart* are different measurements. In a language model nobody has the list of
# features. What one can do is to collect what a unit fires on and ask [how much of it one property explains](../examples/sparse_autoencoders/80_towards_monosemanticity.py#is-that-the-rule),
# with rotated neurons and random directions as controls. That measures against the properties on *our* list; a unit that is clean in a way nobody thought of looks blurred.
#
# **Can it be removed without loss of performance?** In these toys, nearly: 256 features, each with a neuron of its own, at the best loss of the sweep. What is left over is
# [a small linear map](../examples/monosemanticity/30_more_neurons.py#the-ones-that-are-left-over) that earns its place: without it the loss rises by a fifth. It takes more neurons than features, though, and of a language model nobody
# knows how many features it has.
#
# **What becomes possible when neurons are clean?** One can read the algorithm off the weights. In our model, each feature has a neuron that answers when it is strong; a few neurons without a
# meaning guess a little of everything, in a straight line; and the first kind takes back the wrong guesses of the second. To see how much of those few that explains, we took all 36 out and
# [put a single number in their place](../examples/monosemanticity/30_more_neurons.py#replace-36-neurons-by-one-number): it does 86 % of their work.
#
# **Is polysemanticity the same as superposition?** No, though they are often said in one breath. [Superposition](../glossary.md#superposition) is about features
# and a space, polysemanticity about what one neuron answers to. Here the *inputs* are in superposition whatever is trained; the neurons need not be polysemantic, for there are
# enough of them. And a *neuron* can be polysemantic, a *feature* cannot: it is one thing by definition.
#
# **Do learning-rate schedule and optimiser matter?** [The optimiser hardly, the schedule more](../examples/monosemanticity/50_does_the_optimiser_matter.py). Under a rate that never falls the neurons come apart all the same, at a much worse
# loss; under one that falls once the loss is best. What counts for the neurons are large steps for long enough.
#
# **Is it a good plan for large models?** Open. More neurons cost more arithmetic. Much of the later work has gone the second road, to
# [sparse autoencoders](sparse_autoencoders.py), which have the same wish, many units of which few are active, and put it into a second network beside the
# first. What this paper adds is that the first network had a choice.

# %% [markdown]
# ## On replicating
#
# The person whose questions these are wanted to show that careful engineering speeds research up. A few things that this topic would have got wrong without it:
#
# - *The schedule.* That the rate ends at its peak shows only when one draws it.
# - *The table.* In the public replication four of the 21 rows do not run as printed, one of them because a decay rate lost a factor of ten between table and
#   script. Here [a test compares the configs with the table](../examples/monosemanticity/60_scorecard_row_by_row.py#where-the-sources-disagree).
# - *The scale.* We shortened the runs and strengthened the decay to match, which looked careful, and it [spoilt four rows](../examples/monosemanticity/40_what_else_matters.py#other-tasks-another-activation). The mean bias, printed beside the
#   count, gave it away.
# - *Speed.* All models of a sweep are [one tensor program][mechnotes.monosemanticity.batched], so that a sweep costs minutes and one looks at it twice.
# - *A command.* `python -m mechnotes.monosemanticity sweep LR1` trains a row, shows the time left, and goes on after a kill. The replication's own flags are understood too:
#   `--N 256 --m 32 --k 612 --eps 0.015625 --sweep_var learning_rate --sweep_values 0.001 0.003` and the rest.
# - *Provenance.* Each result carries its config, the code that made it, and how long it took; if the code changes, the page refuses to show the old number.

# %% [markdown]
# ## Open ends
#
# - At the published size, do the verdicts that differ here turn round? [The rows are declared](../examples/monosemanticity/60_scorecard_row_by_row.py#the-rows) and wait for a GPU.
# - What do large steps do: is it their length, or their noise? The same rate with larger batches would tell.
# - A measure that is exact about *meaning* on mixed inputs, and still needs no labels.
# - Two layers: if the first is monosemantic, does the second become so by itself, or must each be paid for?
# - Is a neuron for each feature worth what it costs, next to an autoencoder that is trained afterwards on a smaller layer?

# %% [markdown]
# ## The lessons
#
# 1. [What makes a neuron monosemantic?](../examples/monosemanticity/10_what_makes_a_neuron_monosemantic.py)
# 2. [What do learning rate and bias do?](../examples/monosemanticity/20_learning_rate_and_bias.py)
# 3. [What do more neurons buy?](../examples/monosemanticity/30_more_neurons.py)
# 4. [What else matters?](../examples/monosemanticity/40_what_else_matters.py)
# 5. [Does the optimiser matter?](../examples/monosemanticity/50_does_the_optimiser_matter.py)
# 6. [What holds, row by row?](../examples/monosemanticity/60_scorecard_row_by_row.py)
# 7. [What did each of the 21 batches do?](../examples/monosemanticity/90_explorer.py)
#
# Read with it: [the paper](../bibliography.md#engineering-monosemanticity); [Toy Models of Superposition](../bibliography.md#toy-models-of-superposition) and
# [Polysemanticity and Capacity](../bibliography.md#polysemanticity-and-capacity), which it builds on; [the Polytope Lens](../examples/superposition/95_polytope_lens.py), which asks whether neurons are
# the right thing to look at; [grokking](grokking.py), where a network can be read to the end; and for the time in which all this was written,
# [Current themes in mechanistic interpretability research](https://www.lesswrong.com/posts/Jgs7LQwmvErxR9BCC/current-themes-in-mechanistic-interpretability-research).
