"""The same tests as plain loops over all relabelings, from the definitions."""

import itertools
import math

import torch


def statistic(column, chosen):
    """Difference of means, as a Python number."""
    inside = [column[text] for text in chosen]
    outside = [value for text, value in enumerate(column) if text not in chosen]
    return sum(inside) / len(inside) - sum(outside) / len(outside)


def student(column, chosen):
    """Student's t with pooled variance; 0 for a constant column."""
    inside = [column[text] for text in chosen]
    outside = [value for text, value in enumerate(column) if text not in chosen]
    means = [sum(part) / len(part) for part in (inside, outside)]
    squares = sum(
        (value - mean) ** 2
        for part, mean in zip((inside, outside), means, strict=True)
        for value in part
    )
    difference = means[0] - means[1]
    if abs(difference) < 1e-12:
        return 0.0
    if squares < 1e-20:
        return math.copysign(math.inf, difference)
    pooled = squares / (len(column) - 2)
    return difference / (pooled * (1 / len(inside) + 1 / len(outside))) ** 0.5


def table(values, group, measure):
    """Statistic of every relabeling and latent, and of the true one."""
    chosen = tuple(group.nonzero().flatten().tolist())
    columns = values.double().T.tolist()
    ways = itertools.combinations(range(len(group)), len(chosen))
    every = [[measure(column, set(way)) for column in columns] for way in ways]
    true = [measure(column, set(chosen)) for column in columns]
    return torch.tensor(every, dtype=torch.float64), torch.tensor(true, dtype=torch.float64)


def p(values, group, *, two_sided=False):
    every, true = table(values, group, statistic)
    if two_sided:
        every, true = every.abs(), true.abs()
    return (every >= true - 1e-9).double().mean(0)


def adjusted_by_maximum(values, group, *, studentized=True, two_sided=False):
    """Latents that never vary are left out and have 1."""
    varies = (values != values[0]).any(0)
    answer = torch.ones(values.shape[1], dtype=torch.float64)
    every, true = table(values[:, varies], group, student if studentized else statistic)
    if two_sided:
        every, true = every.abs(), true.abs()
    maxima = every.amax(1)
    slack = 1e-7 * true.abs().clamp(max=1e6)
    answer[varies] = (maxima[:, None] >= true - slack).double().mean(0)
    return answer


def adjusted_step_down(values, group):
    """Each latent against itself and all weaker ones, then never less than a stronger one's."""
    every, true = table(values, group, student)
    answer = torch.zeros(len(true), dtype=torch.float64)
    highest = 0.0
    order = true.argsort(descending=True).tolist()
    for place, latent in enumerate(order):
        weaker = every[:, order[place:]].amax(1)
        share = (weaker >= true[latent] - 1e-9).double().mean().item()
        highest = max(highest, share)
        answer[latent] = highest
    return answer


def benjamini_hochberg(p, level):
    """Which are found, by the definition: up to the largest k with p(k) <= level k / n."""
    order = p.argsort()
    largest = 0
    for rank, latent in enumerate(order.tolist(), start=1):
        if p[latent] <= level * rank / len(p):
            largest = rank
    return set(order[:largest].tolist())
