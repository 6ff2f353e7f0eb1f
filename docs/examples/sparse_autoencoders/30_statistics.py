# ---
# summary: >-
#   Deal the labels out anew, three thousand times: that is the whole idea. What seven against seven can prove, what it costs to
#   look at hundreds of latents at once, and whether the promises hold on shuffled labels and on planted latents.
# needs:
#   - "[meaning by comparison](20_meaning_by_comparison.py)"
# ---

# %% [markdown]
# # Can seven sentences prove anything?
#
# The page before this one compared seven happy with seven angry statements and believed what a test told it. Should it have? A test makes two promises: that it
# seldom finds what is not there, and that it often finds what is. Both can be tried out, where we know what is there. But first, what does the test do?

# %%
import torch

from mechnotes import claims, models, rng, sae
from mechnotes.exercises import latent_tests as exercises
from mechnotes.plots import curves, style
from mechnotes.sae.meaning import statements
from mechnotes.sae.statistics import claims as statistics_claims
from mechnotes.sae.statistics import (
    maximum,
    permutation,
    planning,
    power,
)

# %%
model = models.load("storybook")
one = sae.load("storybook", "block-1-topk-512-seed-0")
texts, kinds = statements.groups(7, kinds=("happy", "angry"))
happy = statements.labels(kinds, "happy")
values = sae.extract(model, one, texts).pooled("max")

# %% [markdown]
# ## One latent, 3432 ways to call seven statements happy
#
# Take one [latent](../../glossary.md#latent) and the difference between its mean in happy and in angry statements. If mood is nothing to it, then the word "happy" on seven of
# the fourteen is an accident, and any other seven might as well have it. There are 3432 choices of seven, so let us look at all of them
# ([`relabelings`][mechnotes.sae.statistics.permutation.relabelings]).

# %% tags=["trained"]
alone = permutation.compare(values, happy)
latent = alone.top(16)[15].latent
ways = permutation.relabelings(happy)
inside = ways.rows.double() @ values[:, latent].double()
differences = inside / 7 - (values[:, latent].sum() - inside) / 7
true = alone.effect[latent]
print(f"latent {latent}, difference with the true labels {true:+.2f}")
as_large = int((differences >= true - 1e-6).sum())
print(
    f"as large in {as_large} of {len(differences)} ways, "
    f"p = {alone.p[latent]:.4f}"
)

# %% alt="Bars on both sides of 0 that mirror each other: most at plus and minus 1.4, fewer at 4.3, a few at 7.2, where a dotted line marks the true labels." caption="The difference between the two means in all 3432 ways to call seven statements happy." tags=["trained"]
figure, ax = style.figure(5.4, 3.0)
ax.hist(differences, bins=50, color=style.color("control"))
curves.draw_threshold(ax, float(true), label="true labels", along="y")
limit = 1.3 * float(differences.abs().max())
ax.set(xlim=(-limit, limit), xlabel="happy less angry", ylabel="ways")
style.settle(figure)
figure

# %% [markdown]
# Thirty-six ways of the 3432 do as well as the true labels, about one in a hundred. That share is p, and nothing was assumed to compute it but that the labels were
# exchangeable. With too many ways to list (two groups of twenty have 138 billion) some are drawn, and the true one is counted among them, so that p is never 0.
#
# ## What it costs to look at all of them
#
# One in a hundred is not impressive if one has looked at 512 latents. [Bonferroni's](../../glossary.md#bonferroni) remedy is to multiply each p by their number. But p
# cannot be smaller than one over the number of ways:

# %%
print(" n        ways  smallest p     times 512   times 24,576")
for n in (3, 5, 7, 8, 9, 11):
    p = planning.smallest_p(n, n)
    print(f"{n:2}  {1 / p:10,.0f}  {p:10.1e}", end="  ")
    print(f"{min(1, 512 * p):12.2g}  {min(1, 24_576 * p):14.2g}")

# %%
needed = 0.05 / 24_576
print("texts of each kind for Bonferroni over 24,576 latents:")
print(" one-sided", planning.smallest_groups(needed), end=", two-sided ")
print(planning.smallest_groups(needed, alternative="two-sided"))
together = planning.fewest_at_minimum(24_576, 7, 7)
print(f"latents Benjamini-Hochberg needs at 1/3432: {together}")

# %% [markdown]
# With seven statements and 512 latents the smallest possible product is 0.15: nothing can ever be found at 0.05. With eight it can. For the 24,576 latents of the published autoencoders of GPT-2 small
# it takes eleven, or twelve if firing *less* is to count too. Benjamini and Hochberg's correction, which bounds the share of false findings
# ([false discovery rate](../../glossary.md#false-discovery-rate)), helps with seven of each only if at least 144 latents sit at the minimum together. None of this says anything about the latents. It is arithmetic:

# %%
claims.badge(statistics_claims.groups_for_bonferroni)

# %% [markdown]
# ## The largest accident
#
# Bonferroni pays for 512 separate chances. But it is one and the same relabeling that goes through all latents, so ask one question instead of 512: how large is the *largest*
# correlation with the labels that any latent has, if the labels mean nothing?

# %% tags=["trained"]
accidents = torch.stack(
    [
        maximum.compare(values, row, at_most=2).correlation
        for row in ways.rows[::8]
    ]
)  # [relabeling, latent], every eighth of the ways
largest = accidents.amax(1)
limit = largest.quantile(0.95).item()
tested = maximum.compare(values, happy)
print(f"5 % of the largest accidents exceed {limit:.2f}")
print(f"found: {tested.found()}")

# %% alt="Grey bars between -0.75 and 0.75, amber bars between 0.35 and 0.9 with their peak at 0.5. A dotted line at 0.75 leaves ten teal dots on its right." caption="Correlation with labels dealt out anew: one latent (grey) and the largest of all 512 (amber). Teal dots: the latents that the test finds, with the true labels." tags=["trained"]
figure, ax = style.figure(5.4, 3.0)
bins = torch.linspace(-1, 1, 41).tolist()
ax.hist(accidents[:, latent], bins=bins, color=style.color("control"))
ax.hist(largest, bins=bins, color=style.color("corrupted"), alpha=0.8)
real = tested.correlation[list(tested.found())]
ax.plot(real, [30] * len(real), "o", ms=5, color=style.color("clean"))
curves.draw_threshold(ax, limit, label="95 %", along="y")
ax.set(xlabel="correlation with the labels", ylabel="relabelings")
style.settle(figure)
figure

# %% [markdown]
# A single latent's accidents lie around 0. The largest of 512 lies far out, because there is always some latent that happens to fit. Whoever wants to be believed has to beat
# *that*, and ten latents do. This is the [maximum test](../../glossary.md#maximum-test) of Westfall and Young. It promises the same as Bonferroni, at most a 5 % chance of any false finding, and can succeed with
# seven statements: a clear latent among 24,576 gets 1/3432.

# %%
claims.badge(statistics_claims.adjusted_p_of_a_planted_latent)

# %% [markdown]
# ## First promise: nothing where there is nothing
#
# Take statements of one kind only, call seven of fourteen "happy" by lot, and test. Whatever is found is false. A thousand times:

# %% tags=["trained"]
drawn = list(statements.draw("baseline", 400, seed=1))
others = sae.extract(model, one, drawn).pooled("max")
pilot, fresh = others[:200], others[200:]
alarms = {"each by itself": 0, "maximum": 0}
for number in range(1000):
    order = torch.randperm(200, generator=rng.generator(number, "shuffle"))
    trial = fresh[order[:14]]
    tested = maximum.compare(trial, happy, at_most=500, seed=number)
    alarms["each by itself"] += bool((tested.p <= 0.05).any())
    alarms["maximum"] += bool((tested.adjusted <= 0.05).any())
for name, count in alarms.items():
    print(f"{name}: something found in {count} of 1000 shuffles")

# %% [markdown]
# Somebody who takes each latent by itself announces a discovery in eight of ten experiments about nothing. The maximum test does in 45 of 1000, as promised. The same with 40 passages and the latents of the storybook's autoencoder, many of which depend on each other; only the labels are dealt out anew, 1,000 times:

# %%
claims.badge(statistics_claims.family_wise_error)

# %% [markdown]
# ## Second promise: something where there is something
#
# Now the opposite. Replace one latent by one that fires in 90 % of the statements of one group and in 10 % of the other, and count how often the test finds it. The
# [planner][mechnotes.sae.statistics.planning.plan] has to foretell this from that guess and from *other* statements.

# %% tags=["trained"]
firing = power.Firing(with_property=0.9, without=0.1)
sizes = (5, 7, 9, 12)
measured = torch.zeros(len(sizes))
for i, n in enumerate(sizes):
    group = torch.arange(2 * n) < n
    for number in range(800):
        generator = rng.generator(number, "planted", n)
        order = torch.randperm(200, generator=generator)[: 2 * n]
        trial = fresh[order]
        trial[:, 0] = firing.draw(group, 1, generator=generator)[:, 0]
        tested = maximum.compare(trial, group, at_most=300, seed=number)
        measured[i] += bool(tested.adjusted[0] <= 0.05) / 800

# %% tags=["trained"]
plan = planning.plan(firing, sizes=sizes, background=pilot, n_trials=4000)
lonely = planning.plan(firing, sizes=sizes, n_trials=4000)
print(" n  planned  found  planned for a single latent")
for row in zip(sizes, plan.power, measured, lonely.power):
    print("{:2}  {:7.2f}  {:5.2f}  {:.2f}".format(*row))

# %% alt="A line that rises from 0.19 for five statements of each kind to 0.70 for twelve, with four dots on it." caption="Chance to find the planted latent: the planner's, and the share of 800 tests that did." tags=["trained"]
curves.plot_formula(
    torch.tensor(sizes).float(),
    torch.tensor(plan.power),
    measured_x=torch.tensor(sizes).float(),
    measured=measured,
    x_label="statements of each kind",
    y_label="chance to find the planted latent",
    formula_label="planned",
    measured_label="found",
)

# %% [markdown]
# The dots lie on the line, within five points. And they lie low: seven statements find such a latent in four tests of ten, though it errs in only one statement of ten. The last column is what a
# planner would promise who forgets the 511 others: nine of ten. Most of the power goes into beating accidents.

# %%
claims.badge(statistics_claims.error_of_the_planner)

# %% [markdown]
# ## How to break it
#
# The one assumption was that labels are exchangeable between *statements*. Break it: use each statement three times, as if three were three. (Or count every word of a statement as a sample, or
# take seven sentences from the same story. It comes to the same.)

# %% tags=["trained"]
copies = 0
for number in range(200):
    order = torch.randperm(200, generator=rng.generator(number, "copies"))
    trial = fresh[order[:14]].repeat_interleave(3, dim=0)
    mixed = happy.repeat_interleave(3)
    tested = maximum.compare(trial, mixed, at_most=500, seed=number)
    copies += bool((tested.adjusted <= 0.05).any())
print(f"something found in {copies} of 200 shuffles")

# %% [markdown]
# Nine alarms in ten, from a test that kept its word a moment ago. Copies agree with each other, so relabelings that tear them apart look far too tame. No formula notices. A test is as
# good as the answer to the question *what could have been dealt out differently?*, and its unit is the text.
#
# ## Try it
#
# Write the test yourself, with all relabelings, and Benjamini and Hochberg's correction on top. A first attempt, and its verdict:

# %%
exercises.testing

# %%
exercises.testing.check(
    lambda values, group: permutation.compare(values, group).p
)

# %% [markdown]
# ## What this page claims

# %%
assert alone.p[latent].item() == as_large / 3432
assert planning.smallest_p(7, 7) == 1 / 3432 and together == 144
assert alarms["maximum"] <= 1000 * 0.05 + 3 * (1000 * 0.05 * 0.95) ** 0.5
assert alarms["each by itself"] > 700
gaps = [abs(a - b) for a, b in zip(plan.power, measured.tolist())]
assert max(gaps) <= 0.05 and lonely.power[1] - plan.power[1] > 0.3
assert copies > 150

# %% [markdown]
# Next: [train your own](40_train_your_own.py)
