# ---
# head: false
# title: mechnotes
# description: >-
#   Study notes on mechanistic interpretability that you can run: every figure is computed by tested
#   code, every claim is a check, and everything works on a laptop without a network.
# hide: [navigation, toc]
# ---

# %% [markdown]
# # Look inside a neural network. Then check what you saw.
#
# <p class="mn-hero" markdown="span">Study notes on mechanistic interpretability that you can run. Every figure is computed by tested code, every claim is a check, and nothing needs a GPU or a network. Start with [superposition](notes/superposition.py): how a network stores five features in two dimensions, and why that makes it hard to read.</p>

# %% alt="Ten panels of arrows in a plane. With dense features two arrows stand at a right angle; as features get sparser four arrows form opposite pairs, and finally five form a regular pentagon." caption="Ten small networks, each with room for two features and five to store; p is how often a feature is on. The rarer the features, the more of them the network keeps, and the rarest form a pentagon. [See how, and when not](examples/superposition/30_arrangements.py)." tags=["hide-input"]
from mechnotes import experiments
from mechnotes.plots.geometry import plot_features
from mechnotes.superposition import selection, training

toys = experiments.load(training.train, "pentagon")
best = selection.best(toys.W, toys.loss)
plot_features(
    best, titles=[f"p = {density:.2g}" for density in toys.config.densities]
)

# %% [markdown]
# ## Why bother
#
# We train networks we cannot read. They pass exams, write programs and give advice, and when one is
# wrong, or deceives, nobody can point at the part that did it. Mechanistic interpretability
# tries to take networks apart until we can. It is young, much in it is disputed, and that is why
# this site shows its working: what was measured, how much it varies, what the control
# did, and [which results we could reproduce and which not](scorecard.py).

# %% [markdown]
# ## Three ways in
#
# <div class="mn-doors" markdown="block">
#
# <div markdown="block">
#
# ### [Read](notes/superposition.py)
#
# A note for each topic, with lessons that show what it says, and a glossary for its words.
#
# </div>
#
# <div markdown="block">
#
# ### [Run](examples/superposition/30_arrangements.py)
#
# Every lesson is a notebook to download. Or clone the site and type `make serve`: edit a lesson and
# watch its figures change.
#
# </div>
#
# <div markdown="block">
#
# ### [Build](examples/superposition/10_the_toy_model.py#try-it-draw-the-features)
#
# Solve exercises that recognise the usual mistakes, or call the package from your own code.
#
# </div>
#
# </div>

# %% [markdown]
# ## Where it stands
#
# Published statements that this site has measured again, by verdict.

# %% tags=["hide-input"]
from IPython.display import HTML

from mechnotes import claims

counts = claims.recorded_counts()
items = "".join(
    f"<li><b>{count}</b> {name}</li>" for name, count in counts.items()
)
HTML(f'<ul class="mn-counts">{items}</ul>')

# %% [markdown]
# [The scorecard](scorecard.py) has every row, with its band and its control.
