"""Correct answers to the exercise on capacity that look nothing like the reference."""

import torch


def _loops(W):
    n = W.shape[1]
    rows = torch.zeros(2, n)
    Q, R = torch.linalg.qr(W.T.double())  # of dependent rows some column of Q may be arbitrary
    basis = [Q[:, k] for k in range(Q.shape[1]) if R[k].abs().max() > 1e-4]
    for i in range(n):
        crowding = sum(float(W[:, i] @ W[:, j]) ** 2 for j in range(n))
        rows[0, i] = float(W[:, i] @ W[:, i]) ** 2 / crowding if crowding else 0.0
        rows[1, i] = float(sum(vector[i] ** 2 for vector in basis))
    return rows


def _least_squares(W):
    """The projection of an axis is the best fit of that axis by rows of W."""
    axes = torch.eye(W.shape[1], dtype=torch.float64)
    fit = torch.linalg.lstsq(W.T.double(), axes, driver="gelsd", rcond=1e-6).solution
    leverage = (W.T.double() @ fit).diagonal().float()
    G = W.T @ W
    share = G.diagonal() ** 2 / (G**2).sum(dim=0)
    return torch.stack((share.nan_to_num(0.0), leverage))


def _eigenvectors(W):
    """Leverages are squared entries of the eigenvectors of WᵀW that belong to no zero."""
    values, vectors = torch.linalg.eigh((W.T @ W).double())
    kept = vectors[:, values > 1e-6 * values.max()]
    unit = torch.nn.functional.normalize(W, dim=0)
    crowding = (unit.T @ W).square().sum(dim=1)
    share = torch.where(crowding > 0, W.norm(dim=0) ** 2 / crowding, torch.zeros(()))
    return torch.stack((share, kept.square().sum(dim=1).float()))


CORRECT = {"E06": (_loops, _least_squares, _eigenvectors)}
