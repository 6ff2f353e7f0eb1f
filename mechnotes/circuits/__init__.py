"""Which heads and edges of a network do the work? Circuits described, planted and found.

- `scores`: what kind a head is, from its attention and its weights.
- `quality`: is a set of heads faithful, complete, minimal?
- `sets`: the strongest heads of a sweep, and random ones to compare them with.
- `unrolled`: a transformer as a graph of heads and MLPs, and the edges that an answer needs.
- `attention_only`: transformers without MLPs and layer norm, whose weights can be read.
- `symbolic`: indirect objects in the smallest transformers that can do them.
- `discovery`: drop every edge that the answer does not need, from the output backwards (ACDC).
- `planted`: a small circuit hidden in a random network, to find again; and the same weights
  shuffled, where there is nothing to find.
- `recovery`: precision, recall and chance; and what a threshold fitted to the test finds.
"""
