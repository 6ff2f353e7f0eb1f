"""Induction heads: texts that repeat, models that learn to continue them, and how they learn it.

- `texts`: random segments said over and over, and which tokens can be foretold
- `config`, `training`: attention-only models of one and two layers, many seeds side by side
- `reading`: losses, and what heads look at
- `measures`, `claims`: the published numbers, measured again

Source: Olsson et al. 2022, In-context Learning and Induction Heads; Elhage et al. 2021, A
Mathematical Framework for Transformer Circuits.
"""
