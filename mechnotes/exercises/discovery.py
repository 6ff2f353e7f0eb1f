"""E22: write the search for a circuit, and find nothing where nothing is."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mechnotes.circuits import discovery, planted
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality

TAU = 0.03
"""Far above what random weights add to the divergence, far below what planted ones do."""
Score = Callable[[frozenset[int]], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkScore:
    """Divergence of a network when some of its numbered edges are corrupted."""

    name: str
    """What a message calls the network."""
    network: planted.PlantedNetwork
    """The network."""
    seed: int
    """Draws its inputs."""

    def __call__(self, dropped: frozenset[int] | set[int]) -> float:
        """Mean squared distance from the clean output."""
        clean, corrupted = planted.inputs(self.network, n_examples=64, seed=self.seed)
        named = frozenset(self.network.edges[index] for index in dropped)
        return self.network.score(clean, corrupted)(named)

    def __str__(self) -> str:
        return f"the divergence of {self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerScore:
    """Divergence that adds up, but for one pair of edges that can stand in for each other."""

    costs: tuple[float, ...]
    """What dropping each edge adds."""
    pair: tuple[int, int]
    """Dropping both adds 1."""

    def __call__(self, dropped: frozenset[int] | set[int]) -> float:
        """Sum of the costs."""
        both = 1.0 if set(self.pair) <= set(dropped) else 0.0
        return sum(self.costs[index] for index in dropped) + both

    def __str__(self) -> str:
        return "the divergence of a network with a backup"


def _networks(generator: torch.Generator) -> tuple[Trial, ...]:
    """A planted circuit, the same network reset, and many small costs beside a pair of backups."""
    seed = int(torch.randint(1000, (), generator=generator))
    planted_score = NetworkScore(
        name="a planted network", network=planted.plant(width=3, seed=seed), seed=seed
    )
    order = torch.randperm(10, generator=generator).tolist()
    costs = [0.4 * TAU] * 8 + [0.0, 0.0, 1.0, -2.5 * TAU, 0.4 * TAU, 2 * TAU]
    first, second = sorted(order[:2])
    costs[first] = costs[second] = 0.0
    ledger = LedgerScore(costs=tuple(costs), pair=(first, second))
    every = range(len(planted_score.network.edges))
    scores = (planted_score, _shuffled(planted_score))
    trials = [{"edges": every, "score": score} for score in scores]
    trials.append({"edges": range(len(costs)), "score": ledger})
    return tuple(Trial(given={**given, "tau": TAU}, n_positional=2) for given in trials)


def _shuffled(intact: NetworkScore) -> NetworkScore:
    """The first reset network whose output still moves, but by less than the threshold."""
    networks = (planted.reset(intact.network, seed=seed) for seed in itertools.count(intact.seed))
    scores = (replace(intact, name="the same weights, shuffled", network=n) for n in networks)
    return next(one for one in scores if 0 < one(set(range(len(one.network.edges)))) < TAU)


def _one_at_a_time(edges: Sequence[int], score: Score, tau: float) -> Tensor:
    start = score(frozenset())
    return torch.tensor([score(frozenset({edge})) - start >= tau for edge in edges])


def _whole_divergence(edges: Sequence[int], score: Score, tau: float) -> Tensor:
    dropped: set[int] = set()
    for edge in edges:
        if score(frozenset(dropped | {edge})) < tau:
            dropped.add(edge)
    return torch.tensor([edge not in dropped for edge in edges])


def _from_the_inputs(edges: Sequence[int], score: Score, tau: float) -> Tensor:
    return discovery.kept_edges(tuple(reversed(edges)), score, tau=tau).flip(0)


def _fitted(edges: Sequence[int], score: Score, tau: float) -> Tensor:
    """A threshold at a third of this network's own largest increase."""
    found = discovery.discover(edges, score, tau=tau)
    largest = max(decision.increase for decision in found.trace)
    return discovery.kept_edges(edges, score, tau=largest / 3)


def _dropped(edges: Sequence[int], score: Score, tau: float) -> Tensor:
    return ~discovery.kept_edges(edges, score, tau=tau)


def _any_change(edges: Sequence[int], score: Score, tau: float) -> Tensor:
    dropped: set[int] = set()
    current = score(frozenset())
    for edge in edges:
        without = score(frozenset(dropped | {edge}))
        if abs(without - current) < tau:
            dropped.add(edge)
            current = without
    return torch.tensor([edge not in dropped for edge in edges])


edge_discovery = Exercise(
    id="E22",
    title="Which edges does the answer need?",
    task="""\
Write the search of automatic circuit discovery (ACDC). It must find a planted circuit, and nothing
in a network whose weights were shuffled.

`circuit(edges, score, *, tau)`

- `edges`: numbers of all edges, in the order of the search: from the output backwards;
- `score`: `score(dropped)` gives the divergence from the clean answer when the edges in the set
  `dropped` carry corrupted values;
- `tau`: the threshold, fixed beforehand on another network.

Take the edges in order. Drop an edge for good if that makes the divergence grow by less than `tau`
beyond what it was with the edges dropped so far.

Return `[edges]`, True for edges that are kept.""",
    reference=discovery.kept_edges,
    verdict=Equality(),
    inputs=_networks,
    misconceptions=(
        Misconception(
            mistake="each edge is dropped alone and then put back",
            wrong=_one_at_a_time,
            hint="Two edges that can stand in for each other are both harmless alone. "
            "What was dropped has to stay dropped while the next edge is tried.",
        ),
        Misconception(
            mistake="the divergence itself is compared with the threshold, not its growth",
            wrong=_whole_divergence,
            hint="Many small losses add up. Remember the divergence before each step and look at "
            "the difference.",
        ),
        Misconception(
            mistake="the search goes from the inputs to the output",
            wrong=_from_the_inputs,
            hint="The edges already come in the order of the search. "
            "Of two backups, the one that is tried first is dropped.",
        ),
        Misconception(
            mistake="the threshold is fitted to the network that is tested",
            wrong=_fitted,
            hint="Relative to its own largest effect, every network has a circuit, also one whose "
            "weights were shuffled. Use the `tau` you are given.",
        ),
        Misconception(
            mistake="True marks the dropped edges",
            wrong=_dropped,
            hint="The answer is the circuit: what is left at the end.",
        ),
        Misconception(
            mistake="a divergence that shrinks by more than the threshold counts as growth",
            wrong=_any_change,
            hint="An edge whose loss brings the answer closer to the clean one is not needed. "
            "Mind the sign of the change.",
        ),
    ),
    hints=(
        "Keep two things through the loop: the set of dropped edges and the current divergence.",
        "`score(dropped | {edge})` is the divergence without one more edge.",
        "If the growth is below `tau`, update both; else leave both as they are.",
    ),
    starter='''def circuit(edges, score, *, tau):
    """Which edges are kept [edges]."""
    ...''',
    difficulty="medium",
    minutes=20,
    prerequisites=("circuit", "patching", "corrupted run"),
)
