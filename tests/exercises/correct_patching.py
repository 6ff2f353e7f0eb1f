"""Correct answers to the exercises on patching that look nothing like the reference."""

import torch

from mechnotes.patching import graphs


def _table_rows(gate, clean, corrupted):
    """All patched inputs of a direction as rows of one matrix."""
    answer = []
    for base, source in ((corrupted, clean), (clean, corrupted)):
        rows = base.repeat(len(base), 1)
        rows.fill_diagonal_(0)
        answer.append(gate(rows + torch.diag(source)) - gate(base))
    return torch.stack(answer)


def _table_loop(gate, clean, corrupted):
    table = torch.zeros(2, len(clean))
    for i in range(len(clean)):
        denoised, noised = corrupted.tolist(), clean.tolist()
        denoised[i], noised[i] = clean[i].item(), corrupted[i].item()
        table[0, i] = gate(torch.tensor(denoised)) - gate(corrupted)
        table[1, i] = gate(torch.tensor(noised)) - gate(clean)
    return table


def _ablate_where(hidden, unit, kind, donors):
    put = {
        "zero": torch.tensor(0.0),
        "mean": hidden.mean(dim=(0, 1)),
        "resample": hidden.index_select(0, donors),
    }[kind]
    chosen = torch.arange(hidden.shape[-1]) == unit
    return torch.where(chosen, put, hidden)


def _ablate_loop(hidden, unit, kind, donors):
    n_prompts, n_pos, _ = hidden.shape
    total = sum(hidden[i, p, unit].item() for i in range(n_prompts) for p in range(n_pos))
    changed = hidden.clone()
    for i in range(n_prompts):
        for p in range(n_pos):
            if kind == "zero":
                changed[i, p, unit] = 0
            elif kind == "mean":
                changed[i, p, unit] = total / (n_prompts * n_pos)
            else:
                changed[i, p, unit] = hidden[donors[i], p, unit]
    return changed


def _path_by_edges(graph, base, source, *, edge, output):
    value = graphs.run(graph, source)[edge[0]]
    return graphs.run(graph, base, edges={edge: value})[output] - graphs.run(graph, base)[output]


def _path_by_receiver(graph, base, source, *, edge, output):
    """Work out the receiver by hand, and put that in its place."""
    values, told = graphs.run(graph, base), graphs.run(graph, source)[edge[0]]
    receiver = next(node for node in graph.nodes if node.name == edge[1])
    heard = [told if parent == edge[0] else values[parent] for parent in receiver.parents]
    changed = graphs.run(graph, base, replace={edge[1]: receiver.function(*heard)})
    return changed[output].sub(values[output])


def _path_by_holding(graph, base, source, *, edge, output):
    """Patch the node, and give every other receiver of it the base value."""
    values, told = graphs.run(graph, base), graphs.run(graph, source)[edge[0]]
    others = {e: values[e[0]] for e in graph.edges if e[0] == edge[0] and e != edge}
    changed = graphs.run(graph, base, replace={edge[0]: told}, edges=others)
    return changed[output] - values[output]


def _circuit_set(edges, score, *, tau):
    dropped, before = set(), score(set())
    for edge in edges:
        after = score({*dropped, edge})
        if after - before < tau:
            dropped.add(edge)
            before = after
    return torch.tensor([edge not in dropped for edge in edges])


def _circuit_mask(edges, score, *, tau):
    """Scores both sides anew at every step."""
    kept = torch.ones(len(edges), dtype=torch.int64)
    for place in range(len(edges)):
        out = frozenset(e for e, k in zip(edges, kept, strict=True) if not k)
        kept[place] = score(out | {edges[place]}) - score(out) >= tau
    return kept


def _estimate_forward(metric, base, source):
    """The slope along the step, forward: one derivative for each example."""
    return torch.autograd.functional.jvp(metric, base, source - base)[1]


def _estimate_row_by_row(metric, base, source):
    found = []
    for row in range(len(base)):
        one = base[row : row + 1].clone().requires_grad_()
        metric(one).sum().backward()
        found.append(((source[row] - base[row]) * one.grad[0]).sum())
    return torch.stack(found)


CORRECT = {
    "E17": (_table_rows, _table_loop),
    "E18": (_ablate_where, _ablate_loop),
    "E19": (_path_by_edges, _path_by_receiver, _path_by_holding),
    "E20": (_estimate_forward, _estimate_row_by_row),
    "E22": (_circuit_set, _circuit_mask),
}
