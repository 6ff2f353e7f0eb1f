# ---
# summary: >-
#   From 8 neurons to 1024 for 256 features: how many become monosemantic, how many features get one, and what the neurons
#   do that stay polysemantic. They look like a blur, and one number replaces them.
# needs:
#   - "[learning rate and bias](20_learning_rate_and_bias.py)"
# ---

# %% [markdown]
# # What do more neurons buy, and what do the blurred ones do?
#
# With fewer neurons than features, neurons must be shared. With more, every feature could have its own. Does training use the room?

# %%
import torch

from mechnotes import claims, experiments, rng
from mechnotes.monosemanticity import features, training
from mechnotes.plots import curves

# KROWS

# %% [markdown]
# ## The ones that are left over
#
# Take the model of the [first page](10_what_makes_a_neuron_monosemantic.py#a-trained-layer). It has a neuron for each of its 256 features,
# silent ones that we can forget, and 36 that answer to a hundred features each. Are they just unfinished? First, what each kind
# answers to one feature alone, as the feature grows from 0 to full strength, on average over the 256:

# %% alt="Three lines against strength. The neurons with a feature of their own answer nothing up to 0.4, then rise steeply to 0.84. The 36 rise in a straight line to 0.1. Their sum." caption="What is written into a feature's own output when it alone is active." tags=["trained"]
lr1 = experiments.load(training.sweep, "lr1")
neurons, W_out = lr1.neurons(5), lr1.decoder(5)
source = features.source(lr1.config.runs[5])
kinds = {
    "own neurons": neurons.share > 0.5,
    "the 36": (neurons.share > 0) & (neurons.share <= 0.5),
}
strength = torch.linspace(0, 1, 41)
fed = strength[:, None, None] * (neurons.W_in @ source.E)
alone = (fed + neurons.bias[:, None]).relu()  # [strength neuron feature]
answer = {
    name: torch.einsum("fn,snf->sf", W_out[:, kind], alone[:, kind]).mean(1)
    for name, kind in kinds.items()
}

# %%
curves.plot_lines(
    strength,
    answer | {"sum": sum(answer.values())},
    x_label="strength of the feature",
    y_label="mean answer",
    colors=("clean", "corrupted", "control"),
)
