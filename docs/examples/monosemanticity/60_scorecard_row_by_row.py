# ---
# summary: >-
#   What Engineering Monosemanticity states, with what we measured beside it; the 21 rows of its Table 1, each marked as run,
#   reduced or not run; and where a public replication departs from the table.
# needs:
#   - "[learning rate and bias](20_learning_rate_and_bias.py)"
#   - "[more neurons](30_more_neurons.py)"
# ---

# %% [markdown]
# # What holds, row by row?
#
# The other pages of this topic argue. This one keeps the books: every statement of the paper that we test, every row of its table, and
# whatever in our runs, or in anybody's, is not what the table says.

# %%
from mechnotes import claims, experiments
from mechnotes.monosemanticity import cases, table, training

# %% [markdown]
# ## The statements
#
# Most bands were fixed before the runs; [what was settled later](#what-we-changed-after-looking) is listed below. The verdicts are those of [the whole site](../../scorecard.py): *reproduced*, *differs*, *undecidable at this
# scale*, *not run*.

# %% tags=["trained"]
card = claims.scorecard("mechnotes.monosemanticity")
card

# %% [markdown]
# In words:
#
# - **1, learning rate.** The counts: from 0 to 227. "Nearly equal losses": at the peak, where the paper's runs end, 1.17 times; in the trough 1.58 times, because our slow models are not finished.
#   [One pair of models](20_learning_rate_and_bias.py#the-same-way-other-neurons) has the same settled loss and different neurons.
# - **2, bias trick.** At the same loss, yes; 1.1 to 1.3 times as many and not twice. Read
#   [how our short runs distort it](40_what_else_matters.py#other-tasks-another-activation) before you count this against the paper.
# - **3, bias and density.** The best *start* is below zero at two of five densities. Where the biases *end*, the count does have its
#   [peak at moderately negative values](20_learning_rate_and_bias.py#which-start-is-best); we saw that only afterwards, so it is no claim.
# - **4, whose bias.** Monosemantic neurons: -0.87, plainly. The rest: it depends on [which neurons one calls the rest](20_learning_rate_and_bias.py#whose-bias-is-it).
# - **5, more neurons.** Without the trick 16 of 64, 147 of 256, 259 of 512. With it, in the short runs that the claim asks, 92 to 120 of 512: 0.36 to 0.47 for each feature and not 0.8. With four times the steps 200 to 217;
#   and by the effective number [one for each feature](30_more_neurons.py#how-many-get-their-own).
# - **6, the left-over neurons.** With the line at 0.999 their map is not of low rank, and near the identity by a hair. With the line at 0.5 it is nearly all there is to them, and
#   [one number can replace it](30_more_neurons.py#replace-36-neurons-by-one-number). The line was fixed beforehand, so the verdict stands.
# - **7, penalty.** 1.3 times as many for 1.5 % more loss, at [one strength of seven](40_what_else_matters.py#a-penalty-on-activity).
# - **8, the table.** All 21 rows run, in the sense that some model of each does better than silence. That is a low bar: in RP1, LR5 and B3-GeLU
#   [nothing else can be concluded](40_what_else_matters.py#other-tasks-another-activation).
#
# ## What we changed after looking
#
# A band fixed beforehand is worth little if the measure moves. Four did, and you should know:
#
# - **3a** had a control that failed: untrained layers, too, have their largest count at a negative bias. The control lost its band; the verdict is the same either way.
# - **3b**, measured to the letter, gives a rank correlation of 0.87 and would count as reproduced. But three of its five peaks are above zero, and the statement is about
#   peaks below zero, so we call it undecidable.
# - **4** was first measured on *LR3* alone. The rest's biases there are negative, in *LR1* they are not; now both are listed.
# - **5a** got a run with four times the steps after its value was in. The verdict stays with the run that was planned.
#
# The size and the learning rates were chosen from pilots with another seed, some of them with settings like those of *LR3* and the *B* rows.
#
# ## The rows
#
# Every row was trained with half the features, half the inputs and half the neurons of the table, 64 samples a step in place of 8192, and 2048 to
# 8192 steps in place of 131,072. Densities are the table's. Where a row has a fixed learning rate, ours is 0.024, larger than the table's, to make up for some of the missing
# steps; decay rates are scaled so that a bias loses the same share by half-time. *Count* is the number of monosemantic neurons in the last trough, over all
# models of the row.

# %% tags=["trained"]
done = {
    name: experiments.load(training.sweep, cases.case_of(name))
    for name in table.ROWS
}
print("row      varies                        models steps  count     ran")
for name, row in done.items():
    config, counts = row.config, row.n_monosemantic
    varies = " and ".join(config.swept)
    print(
        f"{name:8} {varies:29} {config.n_models:5} {config.base.steps:6}  "
        f"{counts.min():3}-{counts.max():<4}  {row.provenance.scale}"
    )

# %% [markdown]
# The same rows at the published size are declared and wait for somebody with a GPU. What loads, has been run; the rest says how:

# %% tags=["trained"]
missing = {}
for name in table.ROWS:
    try:
        experiments.load(training.paper_sweep, cases.case_of(name))
    except experiments.ArtifactMissing as error:
        missing[name] = str(error)
print(f"not run at the published size: {', '.join(missing)}")
print(next(iter(missing.values()), ""))

# %% [markdown]
# One row from the terminal, with a bar and the time left, and continued after a kill:
#
# ```text
# python -m mechnotes.monosemanticity sweep LR1 --scale paper --device cuda
# ```
#
# ## Where the sources disagree
#
# Table, code and scripts are three texts. We took the table and noted the rest:

# %%
for name, row in table.ROWS.items():
    if row.note:
        print(f"{name}: {row.note}")

# %% [markdown]
# A public replication restructured the paper's code into a package and ran the sweeps; its questions are [answered in our
# note](../../notes/monosemanticity.py#questions-that-people-ask). Somebody who compares with its runs should know what they are:
#
# | row | the table | the replication's run |
# |---|---|---|
# | LR3 | decay 0.03 | decay 0.003, and the stored runs look as if they had exploded |
# | RP1 | uniform features | power-law features |
# | LR5, D1 | absolute values | stop with an error: samples with signs do not fit its way to set up the task |
# | B3 (second) | the label occurs twice | the same; here the second is called B3-GeLU |
# | all | batch 8192, 131,072 steps | 256 and 32,768 unless told otherwise |
# | all | | moving a model to a GPU is asked for, and the result thrown away |
#
# None of that makes the replication useless, and ours has a longer list: see the paragraph above the table of rows. It says which numbers can be
# put side by side.

# %% [markdown]
# ## What this page claims

# %%
verdict = {row.claim.id: row.verdict for row in card.rows}
held = ("1a", "1c", "2b", "4a", "6b", "7a", "7b", "8")
assert all(verdict[f"N-EM-{id}"] == "reproduced" for id in held)
differ = ("1b", "2a", "3a", "4c", "5a", "6a")
assert all(verdict[f"N-EM-{id}"] == "differs" for id in differ)
open_ends = ("3b", "4b", "5b")
assert all(verdict[f"N-EM-{id}"].startswith("undec") for id in open_ends)
value = {row.claim.id: row.measured.value for row in card.rows}
assert abs(value["N-EM-1a"] - 1.17) < 0.01 > abs(value["N-EM-1b"] - 1.58)
assert 1.1 < value["N-EM-2a"] < 1.3 and abs(value["N-EM-4a"] + 0.87) < 0.01
assert abs(value["N-EM-5a"] - 0.36) < 0.01
assert abs(value["N-EM-7a"] - 1.3) < 0.05 and value["N-EM-7b"] < 1.02

# %%
assert len(done) == 21
assert all(row.provenance.scale == "reduced" for row in done.values())
for name in ("RP1", "B3-GeLU"):
    assert done[name].n_monosemantic.max() == 0

# %% [markdown]
# Next: [look at every model of every row](90_explorer.py)
