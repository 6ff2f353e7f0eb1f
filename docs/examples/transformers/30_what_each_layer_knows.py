# ---
# summary: >-
#   People say that lower layers deal with words, middle ones with phrases and upper ones with meaning. We
#   ask linear probes on a model whose language we wrote, and give every answer its controls.
# needs:
#   - "[the storybook model](10_meet_the_storybook.py)"
#   - "[from text to logits](20_from_text_to_logits.py)"
# ---

# %% [markdown]
# # What does each layer know?
#
# About GPT-2 a story is told: blocks 0 to 4 deal with words, 5 to 8 with phrases, 9 to 11 with
# abstract things. It may be true, half true, or a habit. Here the text is ours, every token has labels,
# and three blocks must do what GPT-2's twelve do. So we can ask at each depth what is there to be read.

# %%
import torch

from mechnotes import models
from mechnotes.plots import tables
from mechnotes.storybook import probing, untrained

# %% [markdown]
# ## Probes
#
# A [probe](../../glossary.md#probe) is the best linear map from the
# [residual stream](../../glossary.md#residual-stream) to a label, fitted on 120 passages and tested on
# 60 others ([`probe_layers`][mechnotes.storybook.probing.probe_layers]). Seven questions, from what stands
# in the text to what must be worked out before the word is seen:

# %% alt="Table of seven questions by four depths. The word itself fades from the first column to the last; verb number, reaction and name to come rise." caption="From top to bottom: from what is written to what is worked out. From left to right: deeper." tags=["trained"]
found = [
    probing.probe_layers(models.load(f"storybook/seed-{s}"), n_rows=120)
    for s in range(3)
]
accuracy = torch.stack([each.accuracy for each in found])
tables.plot_table(
    accuracy.mean(0),
    rows=found[0].questions,
    columns=found[0].sites,
    label="share of right answers on new text, mean of three models",
)

# %% [markdown]
# The first row falls: the word itself is plain in the embedding and fades as other things are
# written over it. The last three rows rise: the number of a verb that has not come yet, the kind of a
# reaction, and a name to come cannot be read off one word; they appear after blocks that moved
# information. So far the story holds.

# %% [markdown]
# ## The spread
#
# Three models, three random starts. If the story is about *depth*, it should not depend on the seed:

# %% tags=["trained"]
low, high = accuracy.min(0).values, accuracy.max(0).values
names = [site.removeprefix("after ") for site in found[0].sites]
print(" " * 28, *(f"{name:>12}" for name in names))
for row, question in enumerate(found[0].questions):
    spans = [
        f"{a:.2f} to {b:.2f}"
        for a, b in zip(low[row], high[row], strict=True)
    ]
    print(f"{question:28}", *(f"{span:>12}" for span in spans))

# %% [markdown]
# ## What could fool us
#
# A probe can learn a label by heart, and a common label is right by luck. Two controls: the same probe with
# training labels dealt out anew, and the share of the commonest class.

# %% tags=["trained"]
print(" " * 29, "best  shuffled  commonest")
for row, question in enumerate(found[0].questions):
    best = accuracy[:, row].mean(0).max().item()
    dealt = max(each.shuffled[row].max().item() for each in found)
    share = found[0].commonest[row].item()
    print(f"{question:29}{best:6.2f}{dealt:10.2f}{share:11.2f}")

# %% [markdown]
# Every best value is well above both. One more control asks whether *training* put the information
# there: a network with random weights, same shape.

# %%
reset = probing.probe_layers(untrained.load(seed=0), n_rows=120)
print(" " * 28, *(f"{name:>12}" for name in names))
for row, question in enumerate(reset.questions):
    values = [f"{value:12.2f}" for value in reset.accuracy[row].tolist()]
    print(f"{question:28}", *values)

# %% [markdown]
# The random network keeps the word, of course: it is in the embedding, and nothing overwrites it well. It
# does not find out who will receive the book. That row needs training.

# %% [markdown]
# ## Where the story fails
#
# *The word before* is as readable after the first block as it will ever be, although a word is the
# lowest thing there is: it has to be fetched from another position. And *kind of sentence*, which sounds
# abstract, is nearly complete after one block, because a few words give it away. What decides the
# depth is not how abstract a label sounds but how many steps it takes to work it out: none for the word
# itself, one for its neighbour, two or three for a name that must be sought, compared and copied.

# %% [markdown]
# ## What this page claims

# %%
mean = accuracy.mean(0)
questions = found[0].questions
word, before, kind, _, verb, reaction, name = range(len(questions))
assert mean[word, 0] > mean[word, -1] + 0.2
for row in (verb, reaction, name):
    assert mean[row].argmax() >= 2 and mean[row].max() > mean[row, 0] + 0.2
assert mean[kind, 1] > mean[kind].max() - 0.1
assert mean[before].max() - mean[before, 1] < 0.1
assert reset.accuracy[name].max() < mean[name].max() - 0.1

# %% [markdown]
# A probe shows what can be read, not what is used. For that one has to intervene, which is where
# [patching](../../glossary.md#patching) begins.
