"""What do trained models do on fresh texts of their language, and do their tables foretell it?"""

import dataclasses

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import config, sampling, skip_trigrams, training, uplifts
from mechnotes.circuits.bigrams.training import TrainedBigrams

LEARNT = 2.0
"""Nats by which a source has to lift its output for the model to count as having learnt it."""


def learnt(trained: TrainedBigrams) -> Bool[Tensor, " seed"]:
    """Which models of a case about pairs lift every wanted output by `LEARNT` nats.

    Raises:
        ValueError: If it is not a case about pairs.
    """
    training.checked_result(trained)
    found = training.measured_leak(
        trained.weights, trained.config, training.probe_texts(trained.config)
    )
    return (found.wanted > LEARNT).all(dim=1)


def excess(trained: TrainedBigrams, *, n_texts: int = 2_000) -> Float[Tensor, " seed"]:
    """Loss above the lowest possible one, in nats: mean KL(truth || model) over fresh texts.

    Raises:
        ValueError: If there are no texts.
    """
    tokens = held_out_texts(training.checked_result(trained).config, n_texts=n_texts)
    truth = sampling.next_probabilities(config.language(trained.config), tokens)
    given = model.logits(trained.weights, tokens).softmax(dim=-1)
    return (torch.xlogy(truth, truth) - torch.xlogy(truth, given)).sum(dim=-1).mean(dim=(1, 2))


def compared_uplifts(
    trained: TrainedBigrams, *, n_texts: int = 256
) -> tuple[Tensor, Tensor, Tensor]:
    """Uplifts of every skip-trigram: measured on held-out texts, read off weights, and shuffled.

    Returns:
        Three tables [seed destination source output]; the last has the words of another head.

    Raises:
        ValueError: If the models do not have one layer.
    """
    texts = held_out_texts(training.checked_result(trained).config, n_texts=n_texts)
    generator = rng.generator(trained.config.seed, "places")
    places = torch.randint(texts.shape[1] - 1, (n_texts,), generator=generator)
    found = uplifts.table(trained.weights, texts, places)
    return found, skip_trigram_table(trained), skip_trigram_table(trained, exchanged=True)


def skip_trigram_table(
    trained: TrainedBigrams, *, exchanged: bool = False, n_texts: int = 512
) -> Float[Tensor, "seed destination source output"]:
    """`SkipTrigrams.uplift`, with texts of their own for what else is heard.

    Args:
        trained: Models of one layer.
        exchanged: Whether each head speaks another head's words.
        n_texts: Texts that stand before the destination.

    Raises:
        ValueError: If the models do not have one layer.
    """
    read = skip_trigrams.read(training.checked_result(trained).weights)
    if exchanged:
        read = dataclasses.replace(read, outputs=read.outputs.roll(1, dims=1))
    generator = rng.generator(trained.config.seed, "heard")
    spoken = config.language(trained.config)
    texts = sampling.sample(spoken, n_texts, trained.config.n_pos - 1, generator=generator)
    # The source takes the place of the first token: make that any token of the text.
    turns = torch.randint(texts.shape[1], (n_texts, 1), generator=generator)
    turned = texts.gather(1, (torch.arange(texts.shape[1]) + turns) % texts.shape[1])
    return torch.stack([read.uplift(some) for some in turned.split(128)]).mean(dim=0)


def spearman(one: Float[Tensor, "*cells"], other: Float[Tensor, "*cells"]) -> float:
    """Rank correlation: 1 if both put all cells in the same order, 0 if the orders are unrelated.

    Raises:
        ValueError: If the shapes differ, there are fewer than two cells, or a value is not finite.

    Source:
        Spearman 1904; equal values get ranks in the order of their places.
    """
    ranks = []
    for name, values in (("one", one), ("other", other)):
        if validate.finite(values, name).numel() < 2 or values.shape != one.shape:
            validate.refuse(
                name,
                got=f"shape {tuple(values.shape)}",
                expected=f"at least two cells, of shape {tuple(one.shape)}",
                fix="Compare tables of the same tokens.",
            )
        ranks.append(values.flatten().argsort(stable=True).argsort().double())
    return torch.corrcoef(torch.stack(ranks))[0, 1].item()


def held_out_texts(case: str | config.BigramConfig, *, n_texts: int) -> Int[Tensor, "text pos"]:
    """Texts of a case's language that no training step has seen.

    Raises:
        ValueError: If there is no such case, or there are no texts.
    """
    if isinstance(case, str):
        case = config.CASES[validate.choice(case, "case", tuple(config.CASES))]
    generator = rng.generator(config.checked(case).seed, "held out")
    return sampling.sample(config.language(case), n_texts, case.n_pos, generator=generator)
