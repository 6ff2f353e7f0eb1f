# ---
# summary: >-
#   All 512 latents of an autoencoder to look through: where each one fires, strongly and weakly, what it says, and what the
#   grammar's labels say of it. Everything was computed beforehand; nothing is sent anywhere.
# needs:
#   - "[a first look](10_first_look.py)"
#   - "[what a latent means](20_meaning_by_comparison.py)"
# ---

# %% [markdown]
# # What does each latent answer to?
#
# Lists of "the most interesting [latents](../../glossary.md#latent)" are chosen by somebody. Here are all of them, with the dull ones, the
# dead ones and those that nobody can make sense of. Pick any, and see whether you would have believed its description.

# %%
import torch

from mechnotes import models, sae
from mechnotes.plots import browser, curves
from mechnotes.sae.examples import Shown
from mechnotes.sae.meaning import (
    candidates,
    dashboard,
    labels,
    properties,
    specificity,
)

model = models.load("storybook")
one = sae.load("storybook", "block-1-topk-512-seed-0")

# %% [markdown]
# ## What is known of a latent
#
# [`dashboard`][mechnotes.sae.meaning.dashboard.dashboard] reads 320 passages and makes a card for each latent. Its description is the one of several
# hundred properties (words, classes of words, slots, labels) that comes nearest to where the latent fires;
# [precision](../../glossary.md#precision) and [recall](../../glossary.md#recall) are measured on passages that were not used to choose it.

# %% tags=["trained"]
text, shown = labels.passages(320), Shown(n_top=6, n_spread=6)
found = dashboard.dashboard(model, one, text, shown=shown)
silent = [c.latent for c in found.cards if not c.examples.largest]
print(f"{len(found.cards)} latents, {len(silent)} of them never fire here")

# %% [markdown]
# ## Pick one
#
# Type a number, go to the next, or choose from the list, which can be put in order of [density](../../glossary.md#density) or of any label. The
# stronger a latent, the darker the word. *Raises* and *Lowers* are the words whose [logit](../../glossary.md#logit) it changes most
# by the direct path. The card that is open is that of the latent that knows best who gives.

# %% tags=["trained"]
giver = max(found.cards, key=lambda card: card.scores[2].f1)
browser.make(found, first=giver.latent)

# %% [markdown]
# Three things to try. Put the list in order of *angry words*: the first latent fires on *broke*, *lost* and *spoiled* and on no angry
# feeling at all. Put it in order of density: what fires everywhere is hard to describe. And wherever
# you are, compare the two lists of examples.

# %% [markdown]
# ## Do the strongest examples flatter?
#
# Each card has a list of strongest examples, as everybody shows them, and a second list that goes through all values of the latent at even
# steps. The second is often worse. How much worse, over all latents? Cut the tokens on which a latent fires into ten equal parts by its
# value, and ask in each part how often its description holds:

# %% alt="A line that rises from 0.24 at the weakest tenth to 0.75 at the strongest; the dashed line of shuffled values is flat near 0.58." caption="How often a latent's description holds, from its weakest values to its strongest; mean over latents." tags=["trained"]
values = candidates.latents(model, one, text, name="latent").values
known, half = properties.properties(text), labels.first_half(text)
described = specificity.describe(values, known.truth, chosen=half)
rest, truth = values[~half], known.truth[~half][:, described.property]
tenths = specificity.by_strength(rest, truth).nanmean(0)
place = torch.arange(1.0, len(rest) + 1)[:, None]
mixed = specificity.by_strength((rest > 0) * place, truth).nanmean(0)
curves.plot_lines(
    torch.arange(1, 11),
    {"by strength": tenths, "in any order": mixed},
    x_label="tenth of the latent's values, weakest first",
    y_label="share on which the description holds",
)

# %% [markdown]
# In the strongest tenth the description holds on three tokens of four, in the weakest on one of four. The control puts the same tokens
# in the order of the text instead, and is flat. So a list of strongest examples shows a
# latent as it is on a tenth of its tokens. Whether the weak values matter to the model is another question; the description that fits the strong
# ones seldom fits them.

# %% [markdown]
# ## What this page claims

# %%
assert len(silent) < 100
assert giver.scores[2].recall > 0.9
assert giver.scores[2].precision > 0.75
assert tenths[-1] > 0.65 and tenths[0] < 0.35
assert (tenths.diff() > -0.02).all()
assert mixed.max() - mixed.min() < 0.15

# %% [markdown]
# Next: [what the papers did, and what we did of it](95_reading_guides.py)
