"""Correct answers to the exercises on monosemanticity, written otherwise."""

import torch


def _count_loop(responses):
    found = 0
    for row in responses.tolist():
        rest = sum(row) - max(row)
        found += max(row) > 0 and rest < 0.001 * sum(row)
    return found


def _count_sorted(responses):
    ordered = responses.double().sort(dim=1, descending=True).values
    rest = ordered[:, 1:].sum(1)
    return ((ordered[:, 0] > 999 * rest) & (ordered[:, 0] > 0)).sum().item()


def _path_recursion(initial, changes, *, decay, learning_rate):
    steps = len(changes)

    def after(t):
        if t == 0:
            return initial
        factor = 1 - decay * learning_rate if 2 * (t - 1) < steps else 1
        return (after(t - 1) + float(changes[t - 1])) * factor

    return torch.tensor([after(t) for t in range(steps + 1)])


def _path_closed(initial, changes, *, decay, learning_rate):
    """Each change on its own: how often does it decay until time t?"""
    steps, factor = len(changes), 1 - decay * learning_rate
    half = -(-steps // 2)
    arrives = torch.cat((torch.tensor([0]), torch.arange(steps)))
    amounts = torch.cat((torch.tensor([initial]), changes)).double()
    times = torch.arange(steps + 1)
    decays = (times[:, None].clamp(max=half) - arrives.clamp(max=half)).clamp(min=0)
    there = times[:, None] >= torch.arange(steps + 1)
    return (there * amounts * factor**decays).sum(1).float()


def _densities_loop(n_features, density):
    weights = [i**-1.1 for i in range(1, n_features + 1)]
    total = sum(weights)
    return torch.tensor([min(1.0, w * density * n_features / total) for w in weights])


def _densities_logs(n_features, density):
    log = -1.1 * torch.arange(1, n_features + 1).double().log()
    share = torch.softmax(log, dim=0)
    return torch.minimum(share * n_features * density, torch.tensor(1.0))


CORRECT = {
    "E07": (_count_loop, _count_sorted),
    "E08": (_path_recursion, _path_closed),
    "E09": (_densities_loop, _densities_logs),
}
