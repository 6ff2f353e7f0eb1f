# ---
# summary: >-
#   A first head notes at every letter which one stands before it; a second looks for the note that names the present
#   letter. The same behaviour as the pointer, by another wire, and what each of the two can do that the other cannot.
# needs:
#   - "[a pointer that looks one further](40_pointer_arithmetic.py)"
# ---

# %% [markdown]
# # How does B know that it stands after A?
#
# `K A B D C A` … The [pointer](40_pointer_arithmetic.py) finds the first A and then goes one further. One can
# also prepare. If every letter knew what stands before it, the second A would only have to ask: *who stands after
# an A?* Trained models are found to do it like this. We write it by hand, and then ask what is different.

# %%
import torch

from mechnotes import claims, rng
from mechnotes.circuits import scores as looking
from mechnotes.circuits.attention_only import bridge, model
from mechnotes.circuits.by_hand import (
    behaviour,
    crossing,
    discriminate,
    induction,
    positions,
    texts,
)
from mechnotes.circuits.by_hand import claims as measured

# %%
from mechnotes.exercises import induction as exercises
from mechnotes.plots import attention, networks, tables

# %% [markdown]
# ## Head 1: a note of the letter before
#
# The stream has a part *before* instead of the pointer. Head 1 is a [previous token
# head](../../glossary.md#previous-token-head): its $W_{QK}$ lets a position, turned one *back*, meet positions.
# What stands in the text does not matter to it. Its $W_{OV}$ carries *token* to *before*.

# %%
stream = induction.stream_for("K")
letters = "·ABCDEFGHIJKLMNOPQRSTUVWX"
text = "·KABDCAEB"
tokens = torch.tensor([[letters.index(letter) for letter in text]])
built = induction.build("K")
run = model.forward(built, tokens)
print(stream)

# %% alt="Attention pattern: a line one below the diagonal." caption="Head 1 looks one back, whatever stands there."
attention.plot_pattern(run.patterns[0, 0, 0, 0], words=list(text))

# %%
after = crossing.after_first(built, tokens)[0, 0]
notes = after[:, stream.part("before")].argmax(-1)
for place in (3, 4, 6):
    print(f"{text[place]} at {place}: before me {letters[notes[place]]}")

# %% [markdown]
# ## Head 2: who has my letter as a note?
#
# The second head lets *token* (asking) meet *before* (asked). The present letter asks, and what head 1 wrote is
# read by the *keys*: [K-composition](../../glossary.md#composition). It says the token it looks at.

# %% alt="Attention pattern. The second A attends to B, which stands after the first A; the second B attends to D; all others to the dot." caption="Head 2: the letter whose note is my letter, or the dot."
attention.plot_pattern(run.patterns[0, 1, 0, 0], words=list(text))

# %% alt="Boxes. The first A is noted at B; B's note is the key, the second A is the query; B is said." caption="Who reads whom: the note is the key of the second head." tags=["hide-input"]
networks.plot_network(
    (("first A",), ("note at B", "second A"), ("B",), ("say B",)),
    {
        ("first A", "note at B"): "clean",
        ("note at B", "B"): "clean",
        ("second A", "B"): "control",
        ("B", "say B"): "clean",
    },
    notes={("note at B", "B"): "key", ("second A", "B"): "query"},
)

# %% [markdown]
# What meets what in the two $W_{QK}$, as before:

# %%
back, _, match, _ = induction.previous(
    stream, positions.turn(stream.size("position"), 1)
)
before, now = positions.clock(25)[2:4]
a = torch.eye(25)[1]
meetings = {
    "position, the one before": ("position", now, "position", before),
    "position, itself": ("position", now, "position", now),
    "token, the same token": ("token", a, "token", a),
    "token, a note of it": ("token", a, "before", a),
}

# %% alt="Table of scores. Head 1: position and the one before 30, itself minus 1.25. Head 2: token and a note of it 60, token and the same token 0." caption="What meets what: attention scores before the softmax."
met = [
    [x @ W[stream.part(p), stream.part(q)] @ y for W in (back, match)]
    for p, x, q, y in meetings.values()
]
tables.plot_table(
    torch.tensor(met),
    rows=list(meetings),
    columns=("head 1", "head 2"),
    label="attention score (0 does not matter)",
    limit=60.0,
    signed=True,
)

# %% [markdown]
# Unlike the pointer's first head, head 1 looks at nothing but positions, and head 2 at nothing but tokens.
#
# ## The same test, the same controls
#
# 200 texts with repeats at random places; head 1 silenced; each wire of head 2 made to hear head 1 on another
# text; and texts without repeats.

# %%
drawn = texts.with_repeats(
    200, n_letters=24, generator=rng.generator(0, "page")
)
control = texts.without_repeats(
    200, n_letters=24, generator=rng.generator(0, "control")
)
right = {}
for path in induction.PATHS:
    made = induction.build(path)
    lost = discriminate.costs(made, drawn)
    whole = behaviour.accuracy(made, drawn)
    silent = behaviour.accuracy(crossing.without_first_layer(made), drawn)
    nothing = behaviour.next_accuracy(made, control)
    wires = [whole - cost for cost in lost.values()]
    right[path] = torch.cat((whole, silent, *wires, nothing))

# %% alt="Table of six conditions for pointer and note. Both 1 as built. Silenced about 0.17. Queries crossed: pointer 0.16, note 1. Keys crossed: pointer 1, note 0.17. Values crossed: both 1. Nothing repeats: 0." caption="Share of right answers of both constructions. Only two cells of the middle rows tell them apart." tags=["trained"]
tables.plot_table(
    torch.stack((right["Q"], right["K"]), dim=1),
    rows=(
        "as built",
        "head 1 silenced",
        *(f"{edge} hear another text" for edge in crossing.EDGES),
        "nothing repeats",
    ),
    columns=("pointer", "note of the token before"),
    label="share of right answers (1 all)",
)

# %% [markdown]
# Both remember everything, both lose it without head 1. They differ in the wire: the pointer comes in by the
# queries, the note by the keys. No construction uses the values for it, though [heads in a row
# can](30_heads_add_and_erase.py).

# %%
claims.badge(measured.previous_token_induction)

# %%
claims.badge(measured.without_repeats)

# %% [markdown]
# ## Is it an induction head by the usual scores?
#
# Olsson et al. look at random letters that repeat as a block, 25 letters four times, and ask how much attention
# goes to what followed earlier copies, over all of them. The [copying score](../../glossary.md#copying-score)
# asks whether a head raises what it looks at. The control attends to everything alike.

# %%
long = induction.build("K", n_letters=30, n_ctx=101)
block = torch.randperm(30, generator=rng.generator(0, "block"))[:25] + 1
repeated = torch.cat((torch.zeros(1, dtype=torch.int64), block.repeat(4)))
opened = bridge.bridge(long)
found = looking.induction(opened, repeated[None])[:, 0]
blind = bridge.bridge(long.each(lambda W: 0 * W if W is long.W_Q else W))
uniform = looking.induction(blind, repeated[None])[1, 0]
print(f"attention to what followed: {found[1]:.2f}, blind {uniform:.3f}")
print(f"copying score of head 2: {looking.copying(opened)[1, 0]:.2f}")

# %% [markdown]
# ## What can it not do?
#
# A note names one letter. What if the *pair* counts: after `W A` comes B, after `V A` comes C. The last A below
# stands after V, so one would say C. Both constructions see an A and two earlier ones:

# %% alt="Table of the two constructions by eleven positions. Both give half of the attention to B and half to C." caption="After V A, both look at B and at C alike: one letter of memory is not enough."
pairs = "·WABKVACDVA"
numbers = torch.tensor([[letters.index(letter) for letter in pairs]])
runs = [
    model.forward(induction.build(path), numbers)
    for path in induction.PATHS
]
looks = torch.stack([each.patterns[0, 1, 0, 0, -1] for each in runs])
tables.plot_table(
    looks,
    rows=("pointer", "note"),
    columns=list(pairs),
    label="attention of the last A (1 all of it)",
)

# %% [markdown]
# Half and half, which is what a memory of one letter has to do. Two notes, of the letter before and of the one
# before that, would solve it, and [we know how to fetch the second](30_heads_add_and_erase.py).
#
# ## Try it: write the four matrices

# %%
exercises.previous

# %% [markdown]
# A first attempt looks for the letter itself:


# %%
def attempt(stream, forward):
    QK1 = 3 * stream.block("position", "position", forward.T)
    QK2 = 60 * stream.block("token", "token")
    OV1 = stream.block("token", "before")
    return torch.stack((QK1, OV1, QK2, stream.block("token", "output")))


exercises.previous.check(attempt)

# %% [markdown]
# ## What this page claims

# %%
assert (run.patterns[0, 0, 0, 0].diagonal(-1) > 0.99).all()
assert letters[notes[3]] == "A" and letters[notes[4]] == "B"
assert run.patterns[0, 1, 0, 0, 6, 3] > 0.99
assert (right["Q"][0], right["K"][0]) == (1, 1)
assert max(right["Q"][1], right["K"][1]) < 0.3
assert right["Q"][2] < 0.3 and right["Q"][3] == right["Q"][4] == 1
assert right["K"][3] < 0.3 and right["K"][2] == right["K"][4] == 1
assert max(right["Q"][5], right["K"][5]) <= 1 / 24 + 0.05
assert found[1] > 0.95 and uniform < 0.05
assert looking.copying(opened)[1, 0] > 0.95
assert (looks[:, 3] - 0.5).abs().max() < 0.01
assert (looks[:, 7] - 0.5).abs().max() < 0.01

# %% [markdown]
# Next: [Which of the two is it?](60_which_composition.py)
