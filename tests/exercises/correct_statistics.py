"""Correct answers to the exercises on testing and pooling latents, written otherwise."""

import itertools

import torch


def _adjusted_loop(values, group):
    """One latent after the other, one way after the other; the definition of the correction."""
    n_texts, n_latents = values.shape
    chosen = group.nonzero().flatten().tolist()
    p = []
    for latent in range(n_latents):
        column = values[:, latent].double().tolist()
        total = sum(column)

        def difference(way, column=column, total=total):
            inside = sum(column[text] for text in way)
            return inside / len(way) - (total - inside) / (n_texts - len(way))

        true = difference(chosen)
        ways = [difference(way) for way in itertools.combinations(range(n_texts), len(chosen))]
        p.append(sum(way >= true - 1e-9 for way in ways) / len(ways))
    ordered = sorted(p)
    adjusted = []
    for own in p:
        later = [ordered[k] * n_latents / (k + 1) for k in range(n_latents) if ordered[k] >= own]
        adjusted.append(min(1.0, *later))
    return torch.tensor(adjusted)


def _adjusted_matrix(values, group):
    """A sum over the chosen texts orders the ways as the difference of means does."""
    n_texts, n_latents = values.shape
    ways = torch.tensor(list(itertools.combinations(range(n_texts), int(group.sum()))))
    sums = values.double()[ways].sum(1)
    p = (sums >= values.double()[group].sum(0) - 1e-9).double().mean(0)
    at_most = (p[None, :] <= p[:, None] + 1e-12).sum(1)  # of each p its last rank
    raised = p * n_latents / at_most
    above = torch.where(p[None, :] >= p[:, None] - 1e-12, raised[None, :], torch.inf)
    return above.amin(1).clamp(max=1)


def _pool_loop(values, lengths, how):
    rows = []
    for text, length in enumerate(lengths.tolist()):
        own = values[text, 1:length]
        rows.append(own.mean(0) if how == "mean" else own.max(0).values)
    return torch.stack(rows)


def _pool_mask(values, lengths, how):
    position = torch.arange(values.shape[1])[None, :, None]
    counts = (position > 0) & (position < lengths[:, None, None])
    if how == "max":
        return torch.where(counts, values, -torch.inf).max(dim=1)[0]
    return torch.einsum("tpl, tpl -> tl", values, counts.float()) / counts.float().sum(1)


CORRECT = {
    "E27": (_adjusted_loop, _adjusted_matrix),
    "E28": (_pool_loop, _pool_mask),
}
