# ---
# summary: >-
#   Pick a head and a word, and read what happens when this one activation is pasted from another run. All 180 patches
#   were computed beforehand; nothing is sent anywhere.
# needs:
#   - "[which heads move the name](10_which_heads_move_the_name.py)"
# ---

# %% [markdown]
# # What happens if you patch just this?
#
# One prompt, every head, every word: 180 patches. In the corrupted prompt *Tom* gives, so the model wavers between *Mary* and
# *Paul*. Each cell pastes one head's output at one word from the clean run, in which *Paul* gives. Before you pick: which
# cells can do anything at all? Two of the three reasons why most cannot are on this page.

# %%
import torch

from mechnotes import models, prompts
from mechnotes.exercises import catalog
from mechnotes.patching import activation, graphs
from mechnotes.plots import picker
from mechnotes.storybook import grammar

model = models.load("storybook/seed-2")
texts = [
    f"when Mary and Paul went to the park , {giver} gave a book to"
    for giver in ("Paul", "Tom")
]

# %% [markdown]
# ## One pair, and its answers
#
# [`Pairs`][mechnotes.prompts.Pairs] can be made by hand. The model is the one of our three in which several heads share the work, so
# there is more to find.

# %%
clean, corrupted = models.tokens(model, texts).split(1)
mary, paul = (grammar.vocabulary().index(w) for w in ("Mary", "Paul"))
pair = prompts.Pairs(
    clean=clean,
    corrupted=corrupted,
    answers=torch.tensor([mary]),
    wrong=torch.tensor([paul]),
    clean_text=(texts[0],),
    corrupted_text=(texts[1],),
    answer_words=("Mary",),
    wrong_words=("Paul",),
    positions={"end": torch.tensor([clean.shape[1] - 1])},
)

# %%
sweep = activation.patch(model, pair, positions="each")
before, after = sweep.corrupted.item(), sweep.clean.item()
print(f"clean {after:.2f} nats, corrupted {before:.2f}")

# %% [markdown]
# ## Pick a cell
#
# Teal cells move the answer toward *Mary*, violet ones away from her. Point, tap, or use the arrow keys.

# %%
words = ["<bos>", *texts[1].split()]
values = sweep.recovered.flatten(0, 1)
heads = [f"{layer}.{head}" for layer in range(3) for head in range(4)]
notes = {
    (row, column): (
        f"Head {heads[row]} at “{words[column]}”: recovers "
        f"{values[row, column]:.0%} of the answer, "
        f"{values[row, column] * (after - before):+.2f} nats for Mary."
    )
    for row in range(len(heads))
    for column in range(len(words))
}

# %%
label = "Heads by words; colour: share of the answer recovered."
picker.make(values, rows=heads, columns=words, notes=notes, label=label)

# %% [markdown]
# Two reasons. **Everything left of *Tom* is empty**: up to there both prompts are the same, so there is nothing
# to paste. **Most heads are empty everywhere**: exchanging what they say changes nothing. The third reason you cannot see here: a head
# whose work another one repeats ([backup](30_and_or.py)).
#
# The strongest cell:

# %%
best = sweep.top(1)[0]
print(best)

# %% [markdown]
# It is at the *last* word, not at the name that was changed: heads write where they are needed, not where they read.
# One pair of prompts is an anecdote; [ask sixty-four](45_how_many_prompts.py) before you believe more than the strongest cell.

# %% [markdown]
# ## Try it
#
# Each cell patches a head for everybody who hears it. Write the patch that only one receiver hears, on a small graph. A first attempt patches
# the sender itself:


# %%
def attempt(graph, base, source, *, edge, output):
    other = graphs.run(graph, source)[edge[0]]
    patched = graphs.run(graph, base, replace={edge[0]: other})
    return patched[output] - graphs.run(graph, base)[output]


catalog.check("E19", attempt)

# %% [markdown]
# ## What this page claims

# %%
first = words.index("Tom")
assert values[:, :first].abs().max() == 0
assert dict(best.where)["position"] == len(words) - 1
assert values.max() > 0.8
assert (values.abs().amax(1) < 0.05).sum() >= 6

# %% [markdown]
# Next: [What is a circuit, and who says so?](../../notes/circuits.py)
