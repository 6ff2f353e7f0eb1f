"""E25b, E25c and E25e: the loss that comes back, dead latents, and how many fire at once."""

import torch

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae import measures, recovered


def _losses(generator: torch.Generator) -> tuple[Trial, ...]:
    trials = []
    for near in (-0.3, 0.1, 0.5, 0.8, 1.2):  # worse than the ablation, better than the model
        clean, gap, share = torch.rand(3, generator=generator).tolist()
        ablated = clean + 1 + 3 * gap
        spliced = ablated - (near + 0.2 * (share - 0.5)) * (ablated - clean)
        losses = {"clean": 1 + clean, "spliced": 1 + spliced, "ablated": 1 + ablated}
        given = {name: round(loss, 4) for name, loss in losses.items()}
        trials.append(Trial(given=given, n_positional=0))
    return tuple(trials)


def _latents(generator: torch.Generator) -> tuple[Trial, ...]:
    """Latents of which some never fire, and some in one batch only."""
    trials = []
    for shape in ((3, 6, 10), (2, 4, 5), (4, 30, 7)):
        values = (torch.rand(shape, generator=generator) - 0.6).relu()
        values[..., 0] = 0
        values[..., -2] = 0
        values[1:, :, 1] = 0
        values[0, 0, 1] = 1
        values[..., 2] = values[..., 2] + 0.1
        trials.append(Trial(given={"latents": values}))
    return tuple(trials)


loss_recovered = Exercise(
    id="E25b",
    title="How much of the loss comes back?",
    task="""\
A model's loss was measured three times: as it is, with an autoencoder's reconstruction in the way
of its activations, and with an ablation there.

`loss_recovered(*, clean, spliced, ablated)`

- `clean`, `spliced`, `ablated`: losses in nats.

Return the share of the loss between the ablation and the clean run that the reconstruction
recovers: 1 if it costs nothing, 0 if it is as bad as the ablation. Values below 0 and above 1 are
kept.""",
    reference=recovered.loss_recovered,
    verdict=Equality(),
    inputs=_losses,
    misconceptions=(
        Misconception(
            mistake="the share that is lost is returned",
            wrong=lambda *, clean, spliced, ablated: (spliced - clean) / (ablated - clean),
            hint="Put the clean loss in place of `spliced`: the answer should be 1.",
        ),
        Misconception(
            mistake="losses are divided by each other",
            wrong=lambda *, clean, spliced, ablated: clean / spliced,  # noqa: ARG005
            hint="A model that is ablated has a loss too, and half of the loss is not half of the "
            "way to it.",
        ),
        Misconception(
            mistake="what is recovered is divided by the ablation's loss",
            wrong=lambda *, clean, spliced, ablated: (ablated - spliced) / ablated,  # noqa: ARG005
            hint="Even a perfect reconstruction would not reach 1: no model has loss 0.",
        ),
        Misconception(
            mistake="the share is clipped to lie between 0 and 1",
            wrong=lambda *, clean, spliced, ablated: min(
                max((ablated - spliced) / (ablated - clean), 0.0), 1.0
            ),
            hint="A reconstruction can be worse than the ablation. That is worth knowing.",
        ),
    ),
    hints=("Which value makes the answer 0, and which makes it 1?", "It is linear in `spliced`."),
    starter='''def loss_recovered(*, clean, spliced, ablated):
    """Share of the loss that is recovered, a number."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("ablation", "loss"),
)

dead_share = Exercise(
    id="E25c",
    title="Which latents are dead?",
    task="""\
A latent is dead on a sample if it fires nowhere in it.

`dead_share(latents)`

- `latents`: `[batches n d_sae]`, values of all latents; together the batches are the sample.

Return the share of latents that are dead, a number from 0 to 1.""",
    reference=measures.dead_share,
    verdict=Equality(),
    inputs=_latents,
    misconceptions=(
        Misconception(
            mistake="a latent counts as dead in each batch by itself",
            wrong=lambda z: (z == 0).all(1).double().mean().item(),
            hint="A rare latent may be silent in one batch and fire in the next. "
            "It is dead if no batch has seen it.",
        ),
        Misconception(
            mistake="the share of values that are 0 is returned",
            wrong=lambda z: (z == 0).double().mean().item(),
            hint="In a sparse autoencoder nearly every value is 0. Ask it of latents instead.",
        ),
        Misconception(
            mistake="the share of latents that are alive is returned",
            wrong=lambda z: (z != 0).flatten(0, 1).any(0).double().mean().item(),
            hint="Those fire somewhere. What is asked for is the rest.",
        ),
        Misconception(
            mistake="the dead latents are counted",
            wrong=lambda z: float((z == 0).flatten(0, 1).all(0).sum()),
            hint="Divide by the number of latents.",
        ),
    ),
    hints=("Two axes have to go: batches and n.", "`(latents == 0).all(...)` over both."),
    starter='''def dead_share(latents):
    """Share of latents that fire nowhere, a number."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("latent",),
)

l0 = Exercise(
    id="E25e",
    title="How many latents at once?",
    task="""\
`l0(latents)`

- `latents`: `[batches n d_sae]`, values of all latents.

Return L0: how many latents are active (not 0) in one activation, on average over all activations of
all batches.""",
    reference=measures.l0,
    verdict=Equality(),
    inputs=_latents,
    misconceptions=(
        Misconception(
            mistake="the share of values that are not 0 is returned",
            wrong=lambda z: (z != 0).double().mean().item(),
            hint="That is the mean density, from 0 to 1. L0 counts latents.",
        ),
        Misconception(
            mistake="values are added up instead of counted",
            wrong=lambda z: z.double().sum(-1).mean().item(),
            hint="That is L1, which the penalty uses because a count has no gradient.",
        ),
        Misconception(
            mistake="all active latents are counted, over all activations",
            wrong=lambda z: float((z != 0).sum()),
            hint="Divide by the number of activations: how many are there in all batches?",
        ),
        Misconception(
            mistake="latents are counted that are active anywhere",
            wrong=lambda z: float((z != 0).flatten(0, 1).any(0).sum()),
            hint="That counts the living. Ask of one activation at a time.",
        ),
    ),
    hints=("`latents != 0` says where.", "Sum over one axis, average over the others."),
    starter='''def l0(latents):
    """Active latents in one activation, a number."""
    ...''',
    difficulty="easy",
    minutes=5,
    prerequisites=("latent",),
)
