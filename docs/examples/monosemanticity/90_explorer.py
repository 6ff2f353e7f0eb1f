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
import torch

from mechnotes import experiments
from mechnotes.monosemanticity import cases, table, training
from mechnotes.plots import curves, explorer, sweeps

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
