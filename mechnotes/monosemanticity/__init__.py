"""Which neurons of a toy model stand for a single feature, and can training make them do so?

Engineering Monosemanticity: a layer of k neurons reads N sparse features that were squeezed into m
dimensions, and a linear layer writes them out again. Learning rate, bias, number of neurons and
sparsity decide how many neurons respond to one feature only.

- `config`, `table`: one model, a sweep over models, and the 21 sweeps of the paper's Table 1.
- `features`, `activations`, `model`, `optimisers`, `schedules`: the parts.
- `batched`: all models of a sweep in one tensor program; `reference`: one model at a time.
- `training`: `sweep`, the experiment whose cases are the rows of the table.
- `measures`: three ways to say what a monosemantic neuron is, and where they disagree.
- `claims`: what the paper says and what we measured.

From a terminal:

    python -m mechnotes.monosemanticity list
    python -m mechnotes.monosemanticity sweep LR1 LR3
"""
