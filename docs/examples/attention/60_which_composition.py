# ---
# summary: >-
#   Two models with the same attention and the same answers, but in one the queries carry the message and in the other
#   the keys. Patterns cannot tell them apart; crossing one wire can, even after the coordinates have been mixed.
# needs:
#   - "[a pointer that looks one further](40_pointer_arithmetic.py)"
#   - "[a note of the token before](50_previous_token.py)"
# ---

# %% [markdown]
# # Which of the two is it?
#
# Two ways to say what came last time: a *pointer* that the queries of the second layer read, or a *note* that its
# keys read. You are given a model that does it. Which way? One would look at the attention first: a previous
# token head in the first layer speaks for notes, a head that finds the same letter for a pointer. So we make it
# harder and put **both** first heads into every model. The second layer listens to only one of them.

# %%
import torch

from mechnotes import claims, rng
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.by_hand import (
    behaviour,
    crossing,
    discriminate,
    disguise,
    induction,
    texts,
)
from mechnotes.circuits.by_hand import claims as measured

# %%
from mechnotes.exercises import which_path as exercises
from mechnotes.plots import heatmap, networks, strips, tables

# %% [markdown]
# ## Twins
#
# The same text in both models: four heads each, two of the first layer and two of the second, one of which is
# silent.

# %%
twins = {path: induction.twins(path) for path in induction.PATHS}
letters = "·ABCDEFGHIJKLMNOPQRSTUVWX"
text = "·KABDCAEB"
tokens = torch.tensor([[letters.index(letter) for letter in text]])
runs = {path: model.forward(twins[path], tokens) for path in twins}

# %% alt="Six attention patterns in two rows that are equal: same letter or dot, one back, one after the same letter." caption="Above the pointer model, below the note model: first layer finding the letter, first layer looking one back, second layer."
shown = ((0, 0), (0, 1), (1, 0))
heatmap.plot_matrices(
    torch.stack(
        [runs[p].patterns[0, n, 0, h] for p in twins for n, h in shown]
    ),
    titles=[
        f"{name} {n}.{h}" for name in ("pointer", "note") for n, h in shown
    ],
    label="share of attention (1 all of it)",
    columns=3,
    signed=False,
)

# %% [markdown]
# The rows of panels are equal. Not nearly: over 200 random texts, no attention and no logit differs by more than
# rounding.

# %%
drawn = texts.with_repeats(
    200, n_letters=24, generator=rng.generator(0, "page")
)
one, other = (model.forward(twins[path], drawn.tokens) for path in twins)
real = drawn.tokens != 0
gap = (one.patterns - other.patterns).abs().amax((-1, 3))[0, :, real].max()
said = (one.logits - other.logits).abs()[0, real].max()
print(f"attention differs by {gap:.6f}, logits by {said:.6f} nats")

# %% [markdown]
# So whatever one reads off patterns, it will say the same of both. What about taking the first layer away?

# %% tags=["trained"]
for path, weights in twins.items():
    silent = crossing.without_first_layer(weights)
    print(path, f"{behaviour.accuracy(silent, drawn).item():.2f}")

# %% [markdown]
# Both forget everything but luck. The second layer needs the first: true, and no answer to the question.
#
# ## Cross one wire
#
# The second layer has three inputs. Let just one of them hear what the first layer wrote *on another text*, and
# leave the other two alone ([`crossed`][mechnotes.circuits.by_hand.crossing.crossed], a case of [path
# patching](../../glossary.md#path-patching)). If the message comes by that wire, the answer is lost.

# %% alt="Boxes. The first layer reaches the second by queries, keys and values; the queries are marked and hear another text." caption="One of three wires hears another text; here the queries." tags=["hide-input"]
wires = crossing.EDGES
networks.plot_network(
    (("another text", "this text"), wires, ("second layer",)),
    {
        ("another text", "queries"): "corrupted",
        ("this text", "keys"): "clean",
        ("this text", "values"): "clean",
        **{(wire, "second layer"): "control" for wire in wires},
    },
    marked=("queries",),
)

# %% alt="Table of three wires by two models. Queries crossed: pointer model loses 0.83, note model 0. Keys crossed: pointer 0, note 0.84. Values: 0 and 0." caption="Accuracy lost when one input of the second layer hears another text."
lost = {p: discriminate.costs(w, drawn) for p, w in twins.items()}
tables.plot_table(
    torch.tensor([[lost[p][wire].item() for p in twins] for wire in wires]),
    rows=[f"{wire} crossed" for wire in wires],
    columns=("pointer", "note"),
    label="accuracy lost (0 none, 1 all)",
)

# %% [markdown]
# Two zeros and two large numbers, on opposite corners. The values carry no message in either.
#
# ## A prediction: scramble the places
#
# There should be a second way. A pointer is looked up among positions; so scramble the positions, but *in the
# keys of the second layer only*. The pointer should find nothing, and the search for notes should not care. This
# is a prediction from the two mechanisms; here is the measurement.

# %% alt="Two rows. Pointer: dots between 0.06 and 0.24. Note: all at 1." caption="Accuracy with the position dimensions of layer 2's keys permuted, twenty permutations."
left = {}
for path, name in zip(induction.PATHS, ("pointer", "note")):
    n_letters = twins[path].d_vocab - 1
    places = induction.stream_for("Q", n_letters=n_letters).part("position")
    left[name] = torch.cat(
        [
            discriminate.scrambled(twins[path], drawn, places, seed=seed)
            for seed in range(20)
        ]
    )
strips.plot_strips(left, label="share of right answers (1 all)")

# %%
claims.badge(measured.scrambled_places)

# %% [markdown]
# ## Now without coordinates
#
# To scramble positions one has to know where they are. In a trained model nobody tells. We hide them: twenty
# twins, half with the dimensions of the stream permuted, half with the stream rotated by a random orthogonal
# matrix, which all weights undo. Patterns and logits stay as they were. Scrambling the dimensions where positions
# *used to* be, against crossing wires:

# %%
named = {"crossing": [], "scrambling": []}
for number, (weights, path) in enumerate(disguise.suspects(20, seed=0)):
    n_letters = weights.d_vocab - 1
    some = texts.with_repeats(
        24, n_letters=n_letters, generator=rng.generator(1, "some", number)
    )
    places = induction.stream_for("Q", n_letters=n_letters).part("position")
    guess = discriminate.by_places(weights, some, places)
    named["scrambling"].append(guess == path)
    guess = discriminate.by_crossing(weights, some)
    named["crossing"].append(guess == path)
for way, hits in named.items():
    print(f"{way:11} names {sum(hits)} of {len(hits)}")

# %% [markdown]
# Crossing names all of them, as it never asks where anything is. Scrambling the wrong dimensions is no better
# than a coin: it breaks pointers and notes alike.

# %%
claims.badge(measured.named_in_disguise)

# %% [markdown]
# One limit. A model may use both wires at once. If both are needed, both crossings cost; if either is enough,
# neither does, and the method still names a winner. Look at the two costs, not only at the name.
#
# ## Try it: name twenty models

# %%
exercises.which_path

# %% [markdown]
# A first attempt silences the first layer and calls it a pointer if the answer goes:


# %%
def attempt(weights, texts):
    silent = crossing.without_first_layer(weights)
    left = behaviour.accuracy(silent, texts).item()
    return "Q" if left < 0.5 else "K"


exercises.which_path.check(attempt)

# %% [markdown]
# ## What this page claims

# %%
assert gap < 1e-6 and said < 1e-3
assert lost["Q"]["queries"] > 0.7 and lost["K"]["keys"] > 0.7
assert lost["Q"]["keys"] == lost["K"]["queries"] == 0
assert lost["Q"]["values"] == lost["K"]["values"] == 0
assert left["pointer"].max() < 0.3 and left["note"].min() == 1
assert all(named["crossing"])
assert 5 <= sum(named["scrambling"]) <= 15

# %% [markdown]
# Next: [How does an induction head form?](70_induction_forms.py)
