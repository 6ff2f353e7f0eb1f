"""Transformers whose weights are written down, so that what they do is known before it is measured.

- `stream`: the residual stream, divided into parts with names
- `positions`: positions as clock hands, moved by turning them
- `heads`: a head as two matrices, who looks at what and what is carried where; whole models
- `virtual`: two heads in a row that act as a third
- `induction`: say what came last time, in two ways
- `texts`: random letters with and without repeats
- `behaviour`: what such models attend to and say
- `crossing`: let one input of the second layer hear another text
- `disguise`: the same model in other coordinates
- `discriminate`: which of the two ways is it

Source: Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, and its exercises.
"""
