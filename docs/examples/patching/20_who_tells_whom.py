# ---
# summary: >-
#   From the answer backwards: which heads write it, which heads tell those where to look, and where these have it
#   from. Path patching changes one connection at a time.
# needs:
#   - "[which heads move the name](10_which_heads_move_the_name.py)"
#   - "[node and edge](30_and_or.py#a-node-is-not-an-edge)"
# ---

# %% [markdown]
# # Who tells whom?
#
# Patching a head changes all that is computed after it, so it cannot tell a head that *writes* the answer from one
# that only *helps* another to write it. [Path patching](../../glossary.md#path-patching) changes what a head tells one
# receiver and holds everything else still. We start at the answer and walk backwards.

# %%
import torch

from mechnotes import models, prompts
from mechnotes.circuits import quality, scores, sets
from mechnotes.patching import activation, paths
from mechnotes.plots import networks, tables

readers = [models.load(f"storybook/seed-{seed}") for seed in range(3)]
pairs = prompts.ioi(n_pairs=64, seed=0, template=0)
heads = [f"head {head}" for head in range(4)]

# %% [markdown]
# ## Step 1: who writes the answer?
#
# Each head sends the value of the corrupted run to the logits alone; MLPs on the way follow, all other attention keeps its
# clean value ([noising](../../glossary.md#noising), so a loss means: needed). Beside this
# [direct effect](../../glossary.md#direct-effect) stands the [total effect](../../glossary.md#total-effect) of the same head. We
# take the second of our three models, in which the important head sits at the bottom.

# %%
second = readers[1]
written = paths.patch(second, pairs, direction="noising")
total = activation.patch(second, pairs, direction="noising")

# %% alt="Six rows: direct and total effect of four heads in three layers. Head 0.0 has -2.96 directly and -4.22 in total; the heads of layer 2 about -0.5 each." caption="What the answer loses, in nats: through the direct paths, and in total." tags=["trained"]
tables.plot_table(
    torch.cat((written.effect, total.effect)),
    rows=[
        f"{what} layer {n}"
        for what in ("direct", "total")
        for n in range(3)
    ],
    columns=heads,
    label="change of the logit difference (nats)",
    limit=4.5,
    signed=True,
)

# %% [markdown]
# Head 0.0 reads the giver in the very first layer. Seven tenths of its effect go straight to the answer, through MLPs only. The
# rest takes a detour by other heads. In the last layer direct and total are the same: nothing attends after it.
#
# ## Step 2: whom does it tell?
#
# Now the receivers are the queries of the last layer's heads, all four together. Whatever changes in the answer has come by
# what head 0.0 told *them* about where to look.

# %%
queries = [(2, head, "q") for head in range(4)]
told = paths.patch(second, pairs, receivers=queries, direction="noising")
for place in told.top(2):
    print(place)

# %% [markdown]
# That is the detour, and a familiar one: in GPT-2, [S-inhibition heads](../../glossary.md#s-inhibition-head) tell the
# [name movers](../../glossary.md#name-mover-head) where *not* to look. How far does it go here? Attention of the last layer's
# heads from the end, with and without a giver to avoid:

# %%
end = pairs.positions["end"]
for name, text in (("clean", pairs.clean), ("corrupted", pairs.corrupted)):
    row = [
        scores.between(second, text, readers=end, read=pairs.positions[at])[
            2
        ]
        for at in ("receiver", "giver_named")
    ]
    for head in (0, 1, 3):
        print(
            f"{name:10}head 2.{head}: receiver {row[0][head]:.2f}, "
            f"giver {row[1][head]:.2f}"
        )

# %% [markdown]
# A nudge, not a turn: from near half and half to a small lead for the receiver. Yet that shift carries about a third of the
# answer. (2.96 directly and 1.46 by the queries make 4.42, not 4.22: effects need not add up, because the MLP behind
# them is not linear.)
#
# ## Step 3: the part that both prompts share
#
# A patch finds only what differs between two prompts, and so far both named the same people. Change another thing: let the
# [receiver](../../glossary.md#indirect-object) be somebody else, and ask who needs to know that.

# %%
renamed = prompts.ioi(n_pairs=64, seed=0, template=0, changed="receiver")
print(renamed.clean_text[0], "->", renamed.answer_words[0])
print(renamed.corrupted_text[0], "->", renamed.wrong_words[0])
names = [
    activation.patch(reader, renamed, direction="noising")
    for reader in readers
]
givers = [
    activation.patch(reader, pairs, direction="noising")
    for reader in readers
]

# %% alt="Nine rows, three models by three layers, four heads. In the first two models three heads of layer 2 stand out, in the third two heads of layer 1." caption="Who needs to know the receiver's name: share of the answer lost by noising each head." tags=["trained"]
tables.plot_table(
    torch.cat([1 - sweep.recovered for sweep in names]),
    rows=[f"seed {s} layer {n}" for s in range(3) for n in range(3)],
    columns=heads,
    label="share lost when the receiver's name is noised (1 all of it)",
    limit=0.5,
    signed=True,
)

# %% [markdown]
# Now quite different heads appear: those that look at both names, and a different set in each model. None of them is the head that
# reads the giver. **Two questions, two answers**: who *gives* is carried by one head, who was *named* by two or three.

# %%
for seed in range(3):
    (reads_giver,) = sets.strongest(givers[seed], 1)
    reads_names = sets.strongest(names[seed], 2)
    print(
        f"seed {seed}: who gives {reads_giver}, who was named {reads_names}"
    )

# %% alt="Boxes: names and giver at the left; heads that read both names; one head that reads the giver; the last MLP; the answer." caption="What we saw in seed 0: both names are raised, the giver's is taken away. In seed 1 the giver's head also tells the readers where to look (dashed); seed 2 was not traced." tags=["hide-input"]
read, giver, mlp = "2 or 3 heads", "1 head", "last MLP"
networks.plot_network(
    (("both names", "giver"), (read, giver), (mlp,), ("answer",)),
    {
        ("both names", read): "clean",
        ("giver", giver): "clean",
        (read, mlp): "clean",
        (giver, mlp): "negative",
        (mlp, "answer"): "clean",
        (giver, read): "control",
    },
    notes={(giver, mlp): "takes away"},
)

# %% [markdown]
# ## The order, compared with GPT-2
#
# The paper's circuit has three classes in a row: heads that notice the repeated name, heads that tell the name
# movers, name movers. Ours has two classes and an MLP that puts them together. In seed 0 both work in the last layer, side by
# side; in the other two the giver's head sits in layer 0, and in seed 1 it steers the rest a little. What is shared is the
# idea: *find the names, remove the one that acts.*
#
# ## Try to break it: is this all?
#
# If the two classes are the whole circuit, they should do the task alone, with all other heads taken away
# ([faithfulness](../../glossary.md#faithfulness), 1 is the whole model). The control is the giver's head without the readers:
# if it does as well, the score does not test the readers. Four things can stand in for the others; "mean" is one
# vector for all words, "position mean" one for each place.

# %%
fresh = prompts.ioi(n_pairs=64, seed=7)
kinds = ("mean", "position_mean", "resample", "zero")
faithful = torch.zeros(3, 2, len(kinds))
for seed, reader in enumerate(readers):
    alone = set(sets.strongest(givers[seed], 1))
    both = alone | set(sets.strongest(names[seed], 3))
    for row, circuit in enumerate((both, alone)):
        for column, kind in enumerate(kinds):
            faithful[seed, row, column] = quality.faithfulness(
                reader, fresh, circuit, kind=kind
            )

# %% alt="Six rows: for each seed four heads and the giver's head alone, by four kinds of ablation. Values of the four heads range from -1.1 to 1.6, those of one head from 0.1 to 1.8." caption="The same circuits, four ablations: from worse than nothing to more than everything." tags=["trained"]
tables.plot_table(
    faithful.flatten(0, 1),
    rows=[
        f"seed {seed}, {who}"
        for seed in range(3)
        for who in ("four heads", "giver's alone")
    ],
    columns=[kind.replace("_", " ") for kind in kinds],
    label="faithfulness (1 the whole model, 0 undecided)",
    limit=1.9,
    signed=True,
)

# %% [markdown]
# It depends on what stands in for the other eight. For the first model the same four heads score −1.1 with one mean for all
# words, 0 with zeros, and 1.0 and 1.1 with values that fit the place. Miller et al. 2024 found this on GPT-2; here it is on twelve
# heads. And the control spoils the test: with position means the giver's head *alone* scores 0.9 to 1.8. With resampling it scores
# 0.5 to 0.8 and the four heads more, so there the readers count. We know which heads are *needed*, and we do **not** claim
# that four of them are enough.

# %% [markdown]
# ## What this page claims

# %%
assert total.at(layer=0, head=0) < 0.2
assert 0.6 < (written.effect[0, 0] / total.effect[0, 0]) < 0.8
assert torch.allclose(written.effect[2], total.effect[2], atol=1e-4)
assert told.top(1)[0].where == (("layer", 0), ("head", 0))
for given, named in zip(givers, names, strict=True):
    (one,) = sets.strongest(given, 1)
    assert one not in sets.strongest(named, 3)
    assert abs(named.recovered[one] - 1) < 0.1
assert faithful[0, 0].max() - faithful[0, 0].min() > 1.5
assert faithful[:, 1, 1].min() > 0.85  # the control does too well
assert (faithful[:, 0, 2] > faithful[:, 1, 2] + 0.2).all()

# %% [markdown]
# Next: [What does a patch that does nothing mean?](30_and_or.py)
