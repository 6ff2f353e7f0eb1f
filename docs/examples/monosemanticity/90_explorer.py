# ---
# summary: >-
#   Every row of Table 1 of Engineering Monosemanticity to look through: pick a batch and a value of what it varies, and see
#   how the models trained, which neurons answer to one feature, and where their biases ended.
# needs:
#   - "[what makes a neuron monosemantic](10_what_makes_a_neuron_monosemantic.py)"
# ---

# %% [markdown]
# # What did each of the 21 batches do?
#
# The paper trained its toy models in 21 batches; its Table 1 says what varied in each. The other pages of this topic show the rows that carry
# an argument. Here are all of them, so that you can look at the ones that nobody talks about.

# %%

from mechnotes import experiments
from mechnotes.monosemanticity import cases, table, training
from mechnotes.plots import explorer, sweeps

# %% [markdown]
# ## The batches
#
# The rows are in [`table.ROWS`][mechnotes.monosemanticity.table.row]. They were trained here at a reduced size, which each batch states; how many
# neurons are [monosemantic](../../glossary.md#monosemantic) is counted at the last trough of the learning rate.

# %% tags=["trained"]
rows = {
    name: experiments.load(training.sweep, cases.case_of(name))
    for name in table.ROWS
}
n_models = sum(row.config.n_models for row in rows.values())
print(f"{len(rows)} batches, {n_models} models")

# %% [markdown]
# ## Pick one
#
# Choose a batch, then a value of what it varies, or go from value to value. The coloured lines are the models that you picked, the grey
# ones the rest of the batch. In the map, a column with one dark spot is a neuron that answers to one
# [feature](../../glossary.md#feature); the columns stand below their neurons' biases.

# %% tags=["trained"]
explorer.make([sweeps.batch(name, row) for name, row in rows.items()])

# %% [markdown]
# Three things to try. In *LR1*, go from the smallest learning rate to the largest: the map turns from speckled to single spots, and only at the last step. In
# *D1*, look at the loss of the slower decays: above 1 is worse than answering nothing. And in *B3-GeLU* no model has a single
# neuron in full colour alone, whatever its bias: a smooth activation is never quite silent, so by the paper's measure none counts.
#
# ## Is there a pattern, or only a good row?
#
# Whoever shows one row can make any point. So, over all of them: in how many models does any neuron answer to one feature, and where are the most?

# %%
most = {name: int(row.n_monosemantic.max()) for name, row in rows.items()}
none = [name for name, count in most.items() if not count]
for name, count in sorted(most.items(), key=lambda pair: -pair[1])[:5]:
    print(f"{name:>3}: at most {count} neurons in a model")
print("no model with any:", ", ".join(none))
found = sum(int((row.n_monosemantic > 0).sum()) for row in rows.values())
print(f"{found} of {n_models} models have at least one")

# %% [markdown]
# The largest counts are in rows of different kinds: a bias that starts near or above zero, a high learning rate, more neurons. And the same learning rate
# of 0.03 that gives 270 in *LR3* gives none in *LR4*, where the features' frequencies follow a power law. A recipe that works for equal
# features need not work for unequal ones.
#
# ## What this page claims

# %%
assert len(rows) == 21
assert most["LR1"] > 200 and most["LR3"] > 200
assert most["LR4"] < 20 and most["B3-GeLU"] == 0
d1 = rows["D1"]
assert (d1.loss[d1.at_trough] > d1.silent_loss).any()

# %% [markdown]
# Next: [How does a network that memorised come to generalise?](../grokking/10_long_after_memorising.py)
