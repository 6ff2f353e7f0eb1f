# ---
# summary: >-
#   Five heads that do exactly the same, and four ways of scoring an answer. One metric gives each the same
#   credit, one gives half of it to a single head, one sees only one of them at all.
# needs:
#   - "[how to patch](../../notes/patching.py)"
#   - "[which heads move the name](10_which_heads_move_the_name.py)"
# ---

# %% [markdown]
# # Which metric misleads?
#
# A patched run ends in logits for every word, and you want one number. Some surprises in patching are
# not about the model but about that number. We try four on a net in which the truth is plain: five heads,
# each adding the same 2 nats to the answer's logit.

# %%
import torch

from mechnotes import claims, metrics, models, prompts
from mechnotes.patching import activation, saturation
from mechnotes.patching import claims as measured
from mechnotes.plots import scatter, tables

# %% [markdown]
# ## Five equal heads
#
# [`five_heads`][mechnotes.patching.saturation.five_heads] starts sure of the wrong word (5 nats behind) and
# ends sure of the right one (5 nats ahead). We restore one head after the other and ask each metric what
# the last one added.

# %%
net = saturation.five_heads()
scored = {
    "logit difference (nats)": metrics.logit_diff,
    "log-probability (nats)": metrics.log_prob,
    "probability": metrics.probability,
    "accuracy": metrics.accuracy,
}
added = {
    name: saturation.restored_in_turn(net, metric)
    for name, metric in scored.items()
}

# %% alt="Four rows, five heads. Logit difference: 2.00 five times. Log-probability: near 2 for the first heads, falling to 0.04. Probability: 0.04, 0.21, 0.46, 0.23, 0.04. Accuracy: 0, 0, 1, 0, 0." caption="What each of five equal heads adds, in the order in which they are restored." tags=["trained"]
tables.plot_table(
    torch.stack(list(added.values())),
    rows=list(added),
    columns=[f"head {n}" for n in range(1, 6)],
    label="added to the metric by restoring one more head",
    limit=2.0,
)

# %% [markdown]
# The [logit difference](../../glossary.md#logit-difference) gives every head 2 nats: the truth. Log-probability
# is fair to the first heads and hardly sees the last. Probability gives the head in the middle ten times
# the credit of the first, and accuracy gives everything to one head and nothing to four. Nothing distinguishes
# that head but its place in the row.

# %%
claims.badge(measured.inequality_of_logit_differences)

# %%
claims.badge(measured.inequality_of_probabilities)

# %% [markdown]
# ## Is it saturation? The control
#
# If the cause is the flat end of the softmax, weak heads that never get there should be scored alike. Each
# head now adds a tenth of that:

# %%
weak = saturation.five_heads(strength=0.2)
bent = {}
for name in ("logit difference (nats)", "probability"):
    for strength, heads in (("strong", net), ("weak", weak)):
        each = saturation.restored_in_turn(heads, scored[name])
        bent[name, strength] = saturation.inequality(each)
        print(
            f"{name:26}{strength:7} largest over smallest: "
            f"{bent[name, strength]:5.2f}"
        )

# %% [markdown]
# With weak heads probability is fair to within 5 %. It was never wrong about the logits; it reports a bent scale.

# %% [markdown]
# ## On a real sweep
#
# The same on a [storybook model](../transformers/10_meet_the_storybook.py), the one of our three in which most heads share
# the work: patch every head, score by logit difference and by probability. Both are put on
# the scale from 0 (corrupted) to 1 (clean).

# %%
model = models.load("storybook/seed-2")
pairs = prompts.ioi(n_pairs=48, seed=0)
sweeps = {
    name: activation.patch(model, pairs, metric=metric)
    for name, metric in scored.items()
}
by_logit, by_chance = (
    sweeps[name].recovered.flatten()
    for name in ("logit difference (nats)", "probability")
)

# %% alt="Scatter of twelve heads, recovered by logit difference against recovered by probability; dots lie off the diagonal." caption="Twelve heads of the storybook model. On the line, both metrics say the same." tags=["trained"]
scatter.plot_agreement(
    by_logit,
    by_chance,
    x_label="recovered by logit difference",
    y_label="recovered by probability",
    names=[
        f"{layer}.{head}" if by_logit[4 * layer + head].abs() > 0.05 else ""
        for layer in range(3)
        for head in range(4)
    ],
)

# %% [markdown]
# Both name the same heads in the same order. The smaller ones lie above the line: in the corrupted prompt the two names are
# equally likely, the answer begins at one half, where a little evidence moves a probability most. So probability
# flatters small effects.

# %%
order = {
    name: sweep.recovered.flatten().argsort(descending=True)[:3].tolist()
    for name, sweep in sweeps.items()
}
for name, best in order.items():
    heads = ", ".join(f"{n // 4}.{n % 4}" for n in best)
    print(f"{name:26}top three heads: {heads}")

# %% [markdown]
# ## What the logit difference does not see
#
# It compares two words. A patch that makes both unlikely, in favour of a third, moves it not at all. The
# [divergence](../../glossary.md#kl-divergence) from the clean run sees every word. A made-up case: subtract 8
# nats from both names.

# %%
logits = torch.tensor([[4.0, 1.0, 0.0]])
target = metrics.Target(
    answers=torch.tensor([0]), wrong=torch.tensor([1]), clean=logits
)
broken = logits - torch.tensor([[8.0, 8.0, 0.0]])
for name in ("logit_diff", "probability", "divergence"):
    metric = getattr(metrics, name)
    before, after = metric(logits, target), metric(broken, target)
    print(f"{name:12}{before.item():6.2f} -> {after.item():6.2f}")

# %% [markdown]
# So: begin with the logit difference, because evidence adds up in it. Look at the divergence before you
# say that a patch "only" changed the answer. Use accuracy for what it is, the last line of a report.

# %% [markdown]
# ## What this page claims

# %%
assert torch.allclose(added["logit difference (nats)"], torch.tensor(2.0))
chances = added["probability"]
assert chances[2] > 3 * chances[0] and chances[2] > 3 * chances[4]
assert (added["accuracy"] > 0).sum() == 1
best = order["logit difference (nats)"]
assert best == order["probability"] and best[0] == 0
assert by_chance[best[1]] > by_logit[best[1]] > 0.2
assert (
    bent["probability", "strong"] > 10 > 1.1 > bent["probability", "weak"]
)
assert metrics.logit_diff(broken, target) == metrics.logit_diff(
    logits, target
)
assert metrics.divergence(broken, target) > 1

# %% [markdown]
# Next: [How many prompts?](45_how_many_prompts.py)
