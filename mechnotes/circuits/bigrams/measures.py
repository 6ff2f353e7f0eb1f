"""How is each claim about models without layers and with one measured?

One function for each number in `claims`, from stored weights only, beside its control. A statement
about all seeds is measured by the worst of them.
"""

import statistics

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import experiments
from mechnotes.circuits import composition_scores
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import (
    chains,
    config,
    evaluation,
    paths,
    skip_trigrams,
    tables,
    training,
    uplifts,
)
from mechnotes.circuits.bigrams.training import TrainedBigrams
from mechnotes.claims import Measured

SKIP_TRIGRAMS = "one-layer-skip-trigrams"


def bigram_divergence() -> Measured:
    """Mean KL of the bigrams read off weights, highest seed; control: the narrow model's lowest."""
    wide, narrow = (_divergence(case).mean(dim=1) for case in ("zero-layers", "zero-layers-narrow"))
    return _measured(wide, wide.max(), control=narrow.min())


def bigram_loss() -> Measured:
    """Loss above the entropy rate, highest seed; control: the narrow model's lowest."""
    wide, narrow = (_exact_excess(case) for case in ("zero-layers", "zero-layers-narrow"))
    return _measured(wide, wide.max(), control=narrow.min())


def path_identity() -> Measured:
    """Largest difference of the sum of paths from the logits; control: heads' patterns exchanged.

    In double precision, so that what is left is rounding of 1e-15 and not of 1e-6.
    """
    weights = _trained(SKIP_TRIGRAMS).weights.each(lambda W: W.double())
    tokens = evaluation.held_out_texts(SKIP_TRIGRAMS, n_texts=32)
    ran = model.forward(weights, tokens)
    exchanged = paths.expand(weights, tokens, patterns=ran.patterns.roll(1, dims=3))
    own = paths.expand(weights, tokens)
    error, control = (
        (paths.total(found) - ran.logits).abs().amax(dim=(1, 2, 3)) for found in (own, exchanged)
    )
    return _measured(error, error.max(), control=control.min())


def uplift_agreement() -> Measured:
    """Rank correlation of table and measurement, lowest seed; control: heads' words exchanged."""
    trained = _trained(SKIP_TRIGRAMS)
    found, read, shuffled = evaluation.compared_uplifts(trained)
    agreement = torch.tensor([evaluation.spearman(a, b) for a, b in zip(read, found, strict=True)])
    control = torch.tensor(
        [evaluation.spearman(a, b) for a, b in zip(shuffled, found, strict=True)]
    )
    return _measured(agreement, agreement.min(), control=control.max())


def planted_found() -> Measured:
    """Skip-trigrams of the language among the strongest of the table; control: words exchanged."""
    trained = _trained(SKIP_TRIGRAMS)
    wanted = set(trained.config.triples)
    counts = []
    for table in (
        evaluation.skip_trigram_table(trained),
        evaluation.skip_trigram_table(trained, exchanged=True),
    ):
        each = (tables.strongest(one, count=len(wanted)) for one in table)
        counts.append(
            [len({(e.source, e.destination, e.output) for e in top} & wanted) for top in each]
        )
    return Measured(value=min(counts[0]), per_seed=tuple(counts[0]), control=max(counts[1]))


def spoken_leak() -> Measured:
    """What a source says to the unwanted output as a share of the wanted one; control: two sources.

    Read off weights, in the models that have learnt both pairs.
    """
    shares = [
        (found.unwanted.mean(dim=1) / found.wanted.mean(dim=1))
        for found in (_read_leak("one-head-two-pairs"), _read_leak("one-head-two-sources"))
    ]
    return _measured(shares[0], shares[0].min(), control=shares[1].max())


def logit_leak() -> Measured:
    """Uplift of the unwanted output above any unrelated one, lowest of all models that know both.

    Control: the highest point of the same models' unwanted uplift during training.
    """
    trained = _trained("one-head-two-pairs")
    kept = evaluation.learnt(trained)
    found = training.measured_leak(trained.weights, trained.config, _probes(trained))
    above = _leak_above_unrelated(trained)[kept]
    peak = trained.unwanted_curve.amax(dim=0)[kept]
    note = (
        f"{int(kept.sum())} of {len(kept)} models know both pairs: wanted "
        f"{found.wanted.mean(1)[kept].median():.2f} nats, unwanted "
        f"{found.unwanted.mean(1)[kept].median():.2f}; during training up to {peak.median():.2f}"
    )
    return _measured(above, above.min(), control=peak.min(), note=note)


def two_source_leak() -> Measured:
    """The same for two sources with one destination; control: pairs that cross, median model."""
    found, crossed = (
        _leak_above_unrelated(_trained(case))
        for case in ("one-head-two-sources", "one-head-crossed")
    )
    return _measured(found, found.min(), control=crossed.median())


def crossed_excess() -> Measured:
    """Loss above the lowest possible, best model with one head; control: worst with two."""
    cases = [_trained(case) for case in ("one-head-crossed", "two-heads-crossed")]
    one, two = (evaluation.excess(trained) for trained in cases)
    leaks = [int((_leak_above_unrelated(trained) > 1).sum()) for trained in cases]
    note = f"{leaks[0]} of {len(one)} leak with one head, {leaks[1]} of {len(two)} with two"
    return _measured(one, one.min(), control=two.max(), note=note)


def random_composition() -> Measured:
    """Root mean square of random scores, times sqrt(d_model); control: times sqrt(d_head)."""
    found = [composition_scores.baseline(64, rank).root_mean_square for rank in (4, 8, 16, 32)]
    scaled = [score * 64**0.5 for score in found]
    return Measured(
        value=statistics.fmean(scaled),
        spread=(min(scaled), max(scaled)),
        control=found[1] * 8**0.5,
    )


def random_spread() -> Measured:
    """Relative spread at rank 32 over that at rank 4; control: width 128 over width 32."""

    def relative(width: int, rank: int) -> float:
        found = composition_scores.baseline(width, rank)
        return found.deviation / found.mean

    spreads = {rank: relative(64, rank) for rank in (4, 8, 16, 32)}
    return Measured(
        value=spreads[32] / spreads[4],
        control=relative(128, 8) / relative(32, 8),
        note=", ".join(f"{spread:.1%} at rank {rank}" for rank, spread in spreads.items()),
    )


def _trained(case: str) -> TrainedBigrams:
    return experiments.load(training.train, case)


def _probes(trained: TrainedBigrams) -> Int[Tensor, "text pos"]:
    return training.probe_texts(trained.config)


def _divergence(case: str) -> Float[Tensor, "seed token"]:
    trained = _trained(case)
    truth = config.language(trained.config).transitions
    return tables.divergence(tables.bigram_table(trained.weights), truth)


def _exact_excess(case: str) -> Float[Tensor, " seed"]:
    """Expected loss less the entropy rate, over all tokens and positions; no text is drawn."""
    trained = _trained(case)
    chain, n_pos = config.language(trained.config), trained.config.n_pos
    every = torch.arange(chain.n_tokens)[:, None].expand(-1, n_pos)
    given = model.logits(trained.weights, every).softmax(dim=-1)  # [seed token pos next]
    often = chains.stationary(chain)
    each = tables.divergence(given.movedim(2, 1), chain.transitions)  # [seed pos token]
    return (each * often).sum(dim=-1).mean(dim=1)


def _leak_above_unrelated(trained: TrainedBigrams) -> Float[Tensor, " seed"]:
    """Measured uplift of unwanted outputs above the highest unrelated one, mean over triples."""
    found = training.measured_leak(trained.weights, trained.config, _probes(trained))
    return found.unwanted.mean(dim=1) - found.unrelated.mean(dim=1)


def _read_leak(case: str) -> uplifts.Leak:
    """Leaks of what the sources say, read off the weights of models that know all triples."""
    trained = _trained(case)
    weights = trained.weights.each(lambda W: W[evaluation.learnt(trained)])
    spoken = skip_trigrams.read(weights).spoken(_probes(trained)[:, :-1])
    return uplifts.leak(spoken, trained.config.triples)


def _measured(
    values: Float[Tensor, " seed"], value: Tensor, *, control: Tensor, note: str = ""
) -> Measured:
    """The worst seed's value beside all seeds'."""
    return Measured(
        value=value.item(),
        per_seed=tuple(values.double().tolist()),
        control=control.item(),
        note=note,
    )
