# ---
# summary: >-
#   A head finds the same letter earlier in the text and notes where that was; a second head turns the note one step
#   on and looks there. Induction as arithmetic on positions, written by hand, one matrix at a time.
# needs:
#   - "[what heads can do by adding](30_heads_add_and_erase.py)"
# ---

# %% [markdown]
# # How does a head look one further?
#
# `K A B D C A` … what comes next? If the text repeats itself, `B`: that is what came after the first A. A head
# that knows this is called an [induction head](../../glossary.md#induction-head). The difficulty: A is found
# easily, but the answer stands *next to* it, and B does not look like A. One way out is arithmetic: find A,
# remember *where* it is, add one.

# %%
import itertools

import torch

from mechnotes import claims, rng
from mechnotes.circuits.attention_only import model
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
from mechnotes.plots import (
    attention,
    curves,
    heatmap,
    networks,
    scores,
    tables,
)

# %% [markdown]
# ## Adding one with a matrix
#
# Positions are written like the time on a clock with many hands: at each step hand $k$ turns by $k$ 25ths of a
# circle ([`clock`][mechnotes.circuits.by_hand.positions.clock]). Then "one further" is a rotation, the same
# matrix wherever the clock stands. Inner products of the first ten positions with each other, plain and after one
# turn (rows are turned):

# %% alt="Two square panels. Plain: a dark diagonal. Turned one forward: the same line, one to the right of the diagonal." caption="Every position meets itself; after one turn it meets the next."
clock = positions.clock(25)
forward = positions.turn(clock.shape[1], 1)
few = clock[:10]
heatmap.plot_matrices(
    torch.stack((few @ few.T, few @ forward @ few.T)),
    titles=("as it is", "one forward"),
    label="inner product (12 the same position, −0.5 another)",
)

# %% [markdown]
# ## The stream
#
# Four parts: the *token*, its *position*, a *pointer* that nobody has written yet, and the *output*. One letter
# is one dimension, and the dot in front is a token that only begins the text.

# %%
stream = induction.stream_for("Q")
letters = "·ABCDEFGHIJKLMNOPQRSTUVWX"
text = "·KABDCAEB"
tokens = torch.tensor([[letters.index(letter) for letter in text]])
print(stream)

# %% [markdown]
# ## Head 1: find the same letter
#
# The first idea is $W_{QK}$ = "token meets token": a letter gets a high score wherever it stands. It finds too
# much.

# %%
blank = torch.zeros(stream.width, stream.width)
same = stream.block("token", "token")


def pattern_of(W_QK, layer=0):
    W = torch.stack((W_QK, blank, blank, blank))
    weights = induction.from_matrices(stream, W, n_ctx=25)
    return model.forward(weights, tokens).patterns[0, layer, 0, 0]


# %% alt="Attention pattern. The second A divides its attention between the first A and itself, half and half; so does the second B." caption="Token meets token: the second A finds the first A, and itself."
naive = pattern_of(60 * same)
attention.plot_pattern(naive, words=list(text))

# %% [markdown]
# The second A (third row from below) gives half of its attention to itself. So subtract what only the same
# *position* gets. What of a letter that has not occurred before? It now looks everywhere or nowhere; we give it a
# place to rest, the dot, with a score below that of a real find.

# %% alt="Attention pattern. The second A attends to the first A alone, the second B to the first B, all other letters to the dot." caption="Head 1 of the finished model: the earlier occurrence, or the dot."
built = induction.build("Q")
run = model.forward(built, tokens)
attention.plot_pattern(run.patterns[0, 0, 0, 0], words=list(text))

# %% [markdown]
# ## What it brings: where, not what
#
# $W_{OV}$ of head 1 carries *position* to *pointer*. Read the pointers back, by asking which position's hands fit
# best:

# %%
after = crossing.after_first(built, tokens)[0, 0]
pointers = after[:, stream.part("pointer")]
fits = (pointers @ clock.T).argmax(-1)
for place in (6, 8):
    print(f"{text[place]} at {place} points to {int(fits[place])}")

# %% [markdown]
# ## Head 2: one further, and say it
#
# The second head asks with the pointer, turned one forward, and the keys answer with their positions. Its
# $W_{OV}$ says the token it looks at. Because what head 1 wrote is read by the *query*, this is called
# [Q-composition](../../glossary.md#composition).

# %% alt="Attention pattern. The second A attends to the letter after the first A, the second B to the letter after the first B, the others to the dot." caption="Head 2: one after the earlier occurrence."
attention.plot_pattern(run.patterns[0, 1, 0, 0], words=list(text))

# %% alt="Boxes from left to right: second A, first A, pointer, B, say B. The arrow to the pointer is marked copy, the one from it turn." caption="Who reads whom: the pointer is the query of the second head." tags=["hide-input"]
chain = ("second A", "first A", "pointer", "B after it", "say B")
networks.plot_network(
    [(name,) for name in chain],
    dict.fromkeys(itertools.pairwise(chain), "clean"),
    notes={chain[1:3]: "copy", chain[2:4]: "turn"},
)

# %% [markdown]
# All of it is four matrices with one or two blocks each. What can meet in the two $W_{QK}$, as (asking part, its
# value, asked part, its value):

# %%
find, _, look, _ = induction.pointer(stream, forward)
letter, now, later = torch.eye(25)[1], clock[3], clock[4]
meetings = {
    "same token": ("token", letter, "token", letter),
    "same position": ("position", now, "position", now),
    "pointer, position after it": ("pointer", now, "position", later),
    "pointer, position itself": ("pointer", now, "position", now),
}

# %% alt="Table of scores. Head 1: same token 60, same position minus 60. Head 2: pointer and the position after it 30, pointer and its own position minus 1.25." caption="What meets what: attention scores before the softmax."
met = [
    [x @ W[stream.part(a), stream.part(b)] @ y for W in (find, look)]
    for a, x, b, y in meetings.values()
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
# ## Does it work?
#
# 200 texts of 12 to 24 random letters, in which some letters come a second time anywhere
# ([`with_repeats`][mechnotes.circuits.by_hand.texts.with_repeats]), so that neither a habit nor a fixed distance
# helps. The controls: silence head 1; let the queries of head 2 hear head 1 *on another text*; and texts without
# repeats, where nothing can be known.

# %%
drawn = texts.with_repeats(
    200, n_letters=24, generator=rng.generator(0, "page")
)
control = texts.without_repeats(
    200, n_letters=24, generator=rng.generator(0, "control")
)
silenced = crossing.without_first_layer(built)
lost = discriminate.costs(built, drawn)
right = {
    "as built": behaviour.accuracy(built, drawn),
    "head 1 silenced": behaviour.accuracy(silenced, drawn),
    "queries hear another text": 1 - lost["queries"],
    "keys hear another text": 1 - lost["keys"],
    "nothing repeats": behaviour.next_accuracy(built, control),
}

# %% alt="Bars. As built 1, head 1 silenced about 0.16, queries crossed about 0.16, keys crossed 1, nothing repeats 0." caption="Share of right answers, and where they go." tags=["trained"]
scores.plot_shares(
    torch.cat(list(right.values())),
    names=list(right),
    label="share of right answers (1 all)",
)

# %%
claims.badge(measured.pointer_induction)

# %% [markdown]
# What is left without head 1, one in six, is luck: the second head then looks at all letters alike and says one
# that came twice. Without repeats the model says nothing (all logits are 0). That is less than chance, and
# honest.
#
# ## Where it should break, and where it does
#
# A pointer is a position, and positions can be averaged. Let the A come three times: head 1 finds two earlier
# ones and writes half of each. Does head 2 then look at some place in the middle?

# %% alt="Table of four texts by eight positions. With one earlier A all attention on position 2; with two, half on each answer; with three a third; with six A a sixth." caption="Attention of head 2 from the last letter: always on the letters after an A."
crowds = ("·ABKCDFA", "·ABKADFA", "·ABAKADA", "·AAAAAAA")
looks = torch.zeros(len(crowds), 8)
for row, crowd in enumerate(crowds):
    numbers = torch.tensor([[letters.index(letter) for letter in crowd]])
    seen = model.forward(built, numbers)
    looks[row] = seen.patterns[0, 1, 0, 0, -1]
tables.plot_table(
    looks,
    rows=crowds,
    columns=[str(n) for n in range(8)],
    label="attention of the last letter (1 all of it), by position",
)

# %% [markdown]
# It does not: attention divides evenly among the right places. We expected otherwise. With twelve hands,
# positions are nearly orthogonal, and half of one plus half of another is *both*, not the middle. That is a
# property of the clock, so take hands away. A pointer to positions 2 and 10 at once, turned one forward, compared
# with all positions:

# %% alt="Two lines over positions 0 to 24. With twelve hands two sharp peaks at 3 and 11. With one hand a broad hill whose top is at 7." caption="How well each position fits the averaged pointer: twelve hands find both, one hand the middle."
mixed = (clock[2] + clock[10]) / 2 @ forward
fit = {
    name: mixed[: 2 * n] @ clock[:, : 2 * n].T / n
    for name, n in (("12 hands", 12), ("1 hand", 1))
}
curves.plot_lines(
    torch.arange(25.0),
    fit,
    x_label="position",
    y_label="fit (1 exact, 0 none)",
    colors=("clean", "corrupted"),
)

# %% [markdown]
# With a single hand the pointer stands at 7, between the two answers, where nothing was said. How many hands does
# it take to find both, whichever two places are averaged?

# %%
two = torch.combinations(torch.arange(23))
means, both_found = clock[two].mean(1) @ forward, {}
for n in (1, 4, 9, 12):
    best = (means[:, : 2 * n] @ clock[:, : 2 * n].T).topk(2).indices
    both = (best.sort().values == two + 1).all(1)
    both_found[n] = both.float().mean().item()
    print(f"{n:2} hands: both found for {both_found[n]:.0%} of the pairs")

# %% [markdown]
# Four hands suffice for most pairs, nine for all: the construction needs many dimensions to be safe. A [note of the
# token before](50_previous_token.py) needs no such arithmetic.
#
# ## Try it: write the four matrices
#
# Yours need not look like ours. They are judged by where your heads look and what your model says, on texts and
# in streams that you have not seen.

# %%
exercises.pointer


# %% [markdown]
# A first attempt forgets to turn:


# %%
def attempt(stream, forward):
    b = stream.block
    QK1 = 60 * b("token", "token") - 5 * b("position", "position")
    QK2, OV1 = 3 * b("pointer", "position"), b("position", "pointer")
    return torch.stack((QK1, OV1, QK2, b("token", "output")))


exercises.pointer.check(attempt)

# %% [markdown]
# ## What this page claims

# %%
assert abs(naive[6, 2] - 0.5) < 0.01 and abs(naive[6, 6] - 0.5) < 0.01
assert run.patterns[0, 0, 0, 0, 6, 2] > 0.99
assert run.patterns[0, 1, 0, 0, 6, 3] > 0.99
assert fits[6] == 2 and fits[8] == 3
assert letters[run.logits[0, 0, 6].argmax()] == "B"
assert right["as built"] == 1 and right["keys hear another text"] == 1
assert right["head 1 silenced"] < 0.3
assert right["queries hear another text"] < 0.3
assert right["nothing repeats"] <= 1 / 24 + 0.05
assert looks[1, 2] > 0.49 and looks[1, 5] > 0.49
assert fit["1 hand"].argmax() == 7
assert both_found[1] < 0.2 and both_found[9] == both_found[12] == 1
assert set(fit["12 hands"].topk(2).indices.tolist()) == {3, 11}

# %% [markdown]
# Next: [How does B know that it stands after A?](50_previous_token.py)
