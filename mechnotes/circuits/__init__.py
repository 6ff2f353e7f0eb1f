"""Which edges of a network do the work? Circuits planted by hand, and circuits found.

- `discovery`: drop every edge that the answer does not need, from the output backwards (ACDC).
- `planted`: a small circuit hidden in a random network, to find again; and the same weights
  shuffled, where there is nothing to find.
- `recovery`: precision, recall and chance; and what a threshold fitted to the test finds.
"""
