"""Which laws must an exchange of examples obey, if a hypothesis is to be put to the test?

Rows `[component example]` say which example stands in for which, drawn for `classes` given in the
trial; the first two trials have equal seeds. A class is what a hypothesis cannot tell apart. There
are so many components that shares of them can be measured; each law leaves room for at least four
standard errors, and for partners drawn with or without the example itself.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Law

ROOM = 0.15
"""Allowed distance of a share from what chance gives."""
Rows = Int[Tensor, "component example"]
Classes = Int[Tensor, " example"]


def in_range() -> Law:
    """Rows hold numbers of examples."""

    def broken(rows: Rows, classes: Classes) -> bool:
        return not torch.equal(rows, _known(rows, classes))

    return _law("in range", broken, "A row holds a number that belongs to no example.")


def same_class() -> Law:
    """Who stands in is of the same class."""

    def broken(rows: Rows, classes: Classes) -> bool:
        return not bool((classes[_known(rows, classes)] == classes).all())

    return _law(
        "same class",
        broken,
        "Some example is replaced by one of another class. What the hypothesis says matters would "
        "change with it.",
    )


def others() -> Law:
    """Examples that are not alone do not mostly stand in for themselves."""

    def broken(rows: Rows, classes: Classes) -> bool:
        shares = [_stay(rows, members) < 1 / len(members) + ROOM for members in _groups(classes, 2)]
        return not all(shares)

    return _law(
        "others",
        broken,
        "Examples that have others of their class are mostly left as they are. Then nothing is "
        "exchanged, and every hypothesis survives.",
    )


def anew() -> Law:
    """Components do not share their draws."""

    def broken(rows: Rows, classes: Classes) -> bool:
        for members in _groups(classes, 3):
            chance = 1 / (len(members) - 1) + ROOM
            if max(_agreement(rows, members, lag) for lag in (0, 1, 2)) > chance:
                return True
        return False

    return _law(
        "anew",
        broken,
        "Different components take the same example too often. If two parts come from one text, "
        "they still agree with each other, whatever the hypothesis says about them.",
    )


def everyone() -> Law:
    """Each other example of the class stands in now and then."""

    def broken(rows: Rows, classes: Classes) -> bool:
        return any(
            bool((_counts(rows, members) < 0.25 * len(rows) / len(members)).any())
            for members in _groups(classes, 2)
        )

    return _law(
        "everyone",
        broken,
        "Over many components, some example of the class never or hardly ever stands in for "
        "another. Each should be as likely as the next.",
    )


def apart() -> Law:
    """Examples of a class do not all take the same one."""

    def broken(rows: Rows, classes: Classes) -> bool:
        return any(
            _shared(rows, members) > 1 / len(members) + ROOM for members in _groups(classes, 3)
        )

    return _law(
        "apart",
        broken,
        "In one component, several examples of a class take the same one too often. Each needs a "
        "draw of its own.",
    )


def summary(answers: Sequence[Tensor]) -> Float[Tensor, " statistics"]:
    """What tells mistakes apart without the classes: how often rows repeat, stay, and share."""
    found = []
    for rows in answers[1:]:
        n_examples = rows.shape[1]
        stays = (rows == torch.arange(n_examples)).double().mean()
        repeats = (rows[1:] == rows[:-1]).double().mean()
        alike = (rows[:, :, None] == rows[:, None, :]).double().mean()
        inside = ((rows >= 0) & (rows < n_examples)).double().mean()
        found.append(torch.stack((stays, repeats, alike, inside)))
    return torch.stack(found).mean(0)


def _law(name: str, broken: Callable[[Tensor, Tensor], bool], sentence: str) -> Law:
    """A law of one answer, broken if more than half of the trials break it."""

    def over_trials(answers: Sequence[Tensor], trials: Sequence[Trial]) -> bool:
        pairs = list(zip(answers, trials, strict=True))[1:]  # the first repeats the second
        n_broken = sum(broken(rows.long(), trial.given["classes"]) for rows, trial in pairs)
        return 2 * n_broken > len(pairs)

    return Law(name=name, broken=over_trials, sentence=sentence)


def _known(rows: Rows, classes: Classes) -> Rows:
    return rows.clamp(0, len(classes) - 1)


def _groups(classes: Classes, smallest: int) -> Iterator[Int[Tensor, " member"]]:
    """Examples of each class that has enough of them."""
    for kind in classes.unique():
        members = (classes == kind).nonzero()[:, 0]
        if len(members) >= smallest:
            yield members


def _stay(rows: Rows, members: Int[Tensor, " member"]) -> float:
    return (rows[:, members] == members).double().mean().item()


def _agreement(rows: Rows, members: Int[Tensor, " member"], lag: int) -> float:
    """How often two components take the same: neighbours at a lag, or with 0 any two."""
    taken = rows[:, members]
    if lag:
        return (taken[lag:] == taken[:-lag]).double().mean().item()
    counts = torch.stack([(taken == other).sum(0) for other in members]).double()
    n_pairs = len(rows) * (len(rows) - 1) * len(members)
    return (counts * (counts - 1)).sum().item() / n_pairs


def _counts(rows: Rows, members: Int[Tensor, " member"]) -> Int[Tensor, " pair"]:
    """How often each member is replaced by each other one."""
    taken = rows[:, members]
    counts = torch.stack([(taken == other).sum(0) for other in members], dim=1)
    return counts[~torch.eye(len(members), dtype=torch.bool)]


def _shared(rows: Rows, members: Int[Tensor, " member"]) -> float:
    """How often two members take the same in one component."""
    taken = rows[:, members]
    equal = taken[:, :, None] == taken[:, None, :]
    return equal[:, ~torch.eye(len(members), dtype=torch.bool)].double().mean().item()
