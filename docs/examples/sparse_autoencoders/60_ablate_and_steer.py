# ---
# summary: >-
#   Add a latent's direction while the model runs and the story changes its mood. How much, compared with a random push
#   of the same length? And why does taking the latent away do so much less?
# needs:
#   - "[what feeds a latent](50_latent_to_weights.py)"
#   - "[three ways to take something away](../patching/50_ablations.py)"
# ---

# %% [markdown]
# # What happens if it is turned up, or off?
#
# A latent fires where somebody is about to be angry. Does the model *act* on it, or do we only see it light up? There is one way to find out: change it, and
# watch. Turning up a direction is called [steering](../../glossary.md#steering); setting a latent to 0 is an [ablation](../../glossary.md#ablation).

# %%
import torch

from mechnotes import claims, models, rng, sae
from mechnotes.exercises import catalog
from mechnotes.plots import curves, scores, strips, style
from mechnotes.sae.effects import claims as measured
from mechnotes.sae.effects import doses, moods, steering

# %% tags=["trained"]
model = models.load("storybook")
one = sae.load("storybook", "block-1-topk-512-seed-2")
choice = measured.chosen(2)
latent = choice.latent
print(f"latent {latent}: {choice.unit:.2f} before an angry reaction")

# %% [markdown]
# ## How to turn a latent
#
# The obvious way would be to let the autoencoder rewrite the stream, with another value for the latent. That would also throw away
# everything that the autoencoder does not explain. Instead we leave the stream as it is and move it along the latent's decoder row only:
#
# $$x \;\to\; x + (\text{new value} - \text{old value}) \cdot \text{decoder row}.$$
#
# To *set* the latent, the new value is given; to *add* to it, the difference is. As unit of the **dose** we take the latent's mean value where an angry
# reaction is due, 2.74 on the form of story by which the latent was chosen (in those below it is 2.28). A dose of 1 adds about what would be there anyway if Mary were angry.
#
# ## Before and after
#
# Mary has found a coat, so she is happy. We add the latent at every word but the first, and let the model
# go on with the likeliest word each time:

# %% tags=["trained"]
text = "at the park Mary found a coat . she"
unit = choice.unit * one.W_dec[latent]
for dose in (0, 1, 2, 3, 4):
    said = steering.continued(model, one, text, dose * unit, words=9)
    print(f"dose {dose}: ...{said.removeprefix(text)}")

# %% [markdown]
# And drawn at random from the model's own chances, with the same luck on both sides:

# %% tags=["trained"]
for seed in range(3):
    for dose in (0, 3):
        said = steering.continued(
            model,
            one,
            text,
            dose * unit,
            words=5,
            generator=rng.generator(seed),
        )
        print(f"luck {seed}, dose {dose}: ...{said.removeprefix(text)}")

# %% [markdown]
# She laughs at dose 1 and is furious from dose 2 on; the sentence around it stays whole. At dose 4 the sentences after it begin to suffer. Examples convince, and that is what is wrong
# with them. Now numbers.
#
# ## Dose and response
#
# Stories that are not angry, cut off before the reaction; the latent is added at their last word. Response: the probability that the model gives to the four angry
# reactions together. The latent was chosen on stories of another form.
#
# The [control](../../glossary.md#control) is a push of the same length in a **random direction**, at the same place and the same doses: 48 for each of three autoencoders, whose latents were
# all chosen in the same way.

# %%
found = [measured.curve(seed) for seed in range(3)]
random = torch.cat([curve.control_mean for curve in found])
low, middle, high = random.quantile(torch.tensor([0.05, 0.5, 0.95]), dim=0)

# %% alt="Three lines rise from 0 at dose 0 over about 0.1 at dose 1 and 0.9 at dose 2 to 0.99 at dose 4. A grey band for random directions stays at 0 up to dose 1 and widens to 0.4 at dose 4; its median stays at 0." caption="Probability of an angry reaction against the dose. Teal: the angry latent of three autoencoders. Grey: 144 random directions, their median and the middle nine tenths." tags=["trained"]
figure, ax = style.figure(5.6, 3.3)
levels = found[0].doses
means = torch.stack([curve.mean for curve in found])
curves.draw_band(ax, levels, low, high, color="control")
curves.draw_line(ax, levels, middle, color="control", label="random")
curves.draw_seeds(ax, levels, means, color="clean", label="latent")
ax.set(xlabel="dose (multiples of the latent's mean value)")
ax.set(ylabel="probability of an angry reaction", ylim=(-0.02, 1.02))
style.settle(figure)
figure

# %% [markdown]
# From 0.00 to 0.99, and every dose adds to the one before, in all three:

# %%
claims.badge(measured.monotone)

# %%
claims.badge(measured.random_directions)

# %% [markdown]
# That is the mean of 48 directions, in the worst of the three autoencoders. The measure needs a control as well: would it notice a direction that is no latent's and should work? Take the mean stream of angry stories less that of the others, at the same length:

# %%
mean_direction = measured.random_directions().control
print(f"share of what the latent does: {mean_direction:.2f}")

# %% [markdown]
# It does as much as the latent. **To steer, no autoencoder is needed**, if you have labelled texts. The autoencoder found its direction without them; we needed labels only to pick it out.
#
# ## Is a random direction harmless?
#
# On average, yes. One by one:

# %% alt="The latents lie at 1 by definition. Below them three rows of 48 dots: most at 0, in each row a few between 0.2 and 0.9." caption="How far each random direction moves the probability, as a share of what the latent does. The line marks a fifth." tags=["trained"]
random_of = {f"random, seed {n}": c.shares for n, c in enumerate(found)}
strips.plot_strips(
    {"the three latents": torch.ones(3), **random_of},
    label="span of the response (1: as much as the latent)",
    threshold=0.2,
)

# %% tags=["trained"]
shares = torch.cat([curve.shares for curve in found])
print(f"median {shares.median():.3f}, mean {shares.mean():.3f}")
print(f"a fifth or more: {int((shares >= 0.2).sum())} of {len(shares)}")
claims.badge(measured.largest_random_direction)

# %% [markdown]
# One random direction in eight does a fifth of it or more, and the largest nine tenths. At dose 4 the push is as long as the stream itself; wherever that lands, the model has
# to say something, and sometimes that is *growled*. A single random direction would have shown us nothing at all, or, one time in eight, a large effect. Draw many, and show them all.
#
# ## Does the model use it where it can be steered by it?
#
# Stories of two: *Tom found a ring but Mary lost a coat. Tom ...* Here the name decides whose mood is due. The same latent, the same doses:

# %%
forms = {"one person": moods.TRIAL, "two people": moods.OF_TWO[0]}
responses, fires = {}, {}
for name, template in forms.items():
    told = moods.stories(96, template=template, seed=1)
    angry = told.sentiment == moods.number("angry")
    values = one.encode(moods.ends(model, one, told))[:, latent]
    fires[name] = values[angry].mean()
    responses[name] = measured.response_to(2, told.tokens[~angry])

# %% tags=["trained"]
for name, value in fires.items():
    print(f"{name}: {value:.2f} before an angry reaction")

# %% alt="Two lines rise: stories of one person from 0 to 0.99, stories of two from 0 to 0.92, earlier and more evenly. A third, random directions in stories of two, stays near 0 up to dose 1 and ends at about 0.2." caption="The same latent in stories of one person, where it fires, and of two, where it hardly does; and the mean of 48 random directions in the latter." tags=["trained"]
lines = {name: response.mean for name, response in responses.items()}
lines["random, two"] = responses["two people"].control_mean.mean(0)
curves.plot_lines(
    levels,
    lines,
    x_label="dose (multiples of the latent's mean value)",
    y_label="probability of an angry reaction",
    colors=["clean", "series-2", "control"],
)

# %% [markdown]
# In stories of two the latent is silent. Yet the model obeys when we turn the latent up, far beyond what random pushes do there. **Steering shows what the model can be made to do, not
# what it does on its own.** For that, take the latent away where it is on.
#
# ## Turned off
#
# Angry stories now, and the latent is set to 0. If the model's anger went through it, no angry reaction should be left. Beside it, others that are on at this word:

# %%
told = moods.stories(144)
angry = told.of("angry")
last = measured.last_word(angry)
anger = moods.reactions("angry")


def left(chosen):
    off = steering.replaced(
        model, one, angry, chosen, values=(0,), where=last
    )
    return off[0, :, -1].softmax(-1)[:, anger].sum(-1).mean()


# %%
ends = moods.ends(model, one, told)
values = one.encode(ends)
mine = told.sentiment == moods.number("angry")
gap = values[mine].mean(0) - values[~mine].mean(0)
second = int(gap.argsort(descending=True)[1])
loudest = int(values[mine].mean(0).argmax())
sets = {
    "nothing": [],
    f"latent {latent}": [latent],
    f"latent {second}": [second],
    f"both, {latent} and {second}": [latent, second],
    f"latent {loudest}": [loudest],
    f"both, {latent} and {loudest}": [latent, loudest],
}
remaining = torch.stack([left(chosen) for chosen in sets.values()])

# %% alt="Bars: nothing 1.00; latent 453 0.63; latent 373 1.00; both 0.45; latent 313 0.73; both 0.02." caption="Probability of an angry reaction in angry stories that is left when latents are set to 0 at the last word." tags=["trained"]
scores.plot_shares(
    remaining, names=list(sets), label="probability of an angry reaction"
)

# %% [markdown]
# Three lessons in six bars.
#
# *An ablation that does much less than the steering.* Without the angry latent, nearly two thirds of the anger are left. It was enough to make Mary angry, but only a third of her anger depends
# on it.
#
# *An ablation that does nothing.* Latent 373 is the second that stands out in angry stories. Taken away alone it costs nothing at all; taken away together with the first it costs another fifth. The first makes up for it
# fully, and it for the first in part. An effect of 0 does not mean "not involved".
#
# *An ablation that does too much.* Latent 313 is the strongest of all at this word, in stories of every mood. Without it the anger suffers too, which need not be about anger:

# %% tags=["trained"]
for name, mood in (("angry", mine), ("other", ~mine)):
    both = values[mood][:, [latent, second, loudest]].mean(0)
    print(f"{name} stories: " + ", ".join(f"{v:.2f}" for v in both))

# %% [markdown]
# ## Too much of it
#
# How far can one go? The response, and how well the autoencoder still recognises the stream that we made: the length of what it cannot explain.

# %% tags=["trained"]
others = measured.trial("angry")
where = measured.last_word(others)
large = torch.tensor([0.0, 2, 4, 8, 16, 32])
pushed = large[:, None] * unit
chances = doses.probability(
    model, one, others, pushed, words=anger, where=where
).mean(-1)
made = ends[~mine] + pushed[:, None]
errors = (made - one.decode(one.encode(made))).norm(dim=-1).mean(-1)
for dose, chance, error in zip(large, chances, errors):
    print(f"dose {dose:2.0f}: {chance:.3f}, unexplained {error:4.1f}")

# %% tags=["trained"]
for dose in (8, 16):
    said = steering.continued(model, one, text, dose * unit, words=9)
    print(f"dose {dose}: ...{said.removeprefix(text)}")

# %% [markdown]
# After dose 4 nothing is gained, and after 8 the response falls. The stream is usually about 11 long here; a dose of 8 adds 22. The autoencoder no longer knows what it sees, and what the model says is no language. A
# strong effect at a dose that never occurs is a fact about a broken model. So: state the unit, show the whole curve, and look at what comes out.
#
# ## Try it
#
# The control is one line, and the line that goes wrong most often.

# %%
catalog.find("E29")

# %% [markdown]
# A first attempt that draws its random directions and forgets how long they are:


# %%
def attempt(respond, direction, noise, *, doses):
    rows = torch.cat((direction[None], noise))
    return torch.stack([respond(doses[:, None] * row) for row in rows])


# %%
catalog.check("E29", attempt)

# %% [markdown]
# ## What this page claims

# %%
assert all((curve.rises > 0).all() for curve in found)
assert means[:, -1].min() > 0.98 and means[:, 0].max() < 0.001
assert max(curve.shares.mean() for curve in found) < 0.2 < shares.max()
assert shares.median() < 0.02 and 10 < (shares >= 0.2).sum() < 26
assert lines["one person"][-1] > 0.98 and lines["two people"][-1] > 0.9
assert fires["one person"] > 2 and fires["two people"] < 0.1
assert 0.1 < lines["random, two"][-1] < 0.3
none, first, other, pair, loud, loud_pair = remaining.tolist()
assert other > 0.999 and first > 0.55 and pair < first - 0.15
assert loud_pair < 0.05 < loud < 0.8
assert chances.argmax() == 3 and errors[3] > 5 * errors[0]

# %% [markdown]
# Next: [When does an autoencoder find the truth?](70_synthetic_truth.py)
