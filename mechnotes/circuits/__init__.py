"""Which heads and edges of a network do the work? Circuits described, planted and found.

- `scores`, `marks`: what kind a head is, from its attention and its weights.
- `quality`: is a set of heads faithful, complete, minimal?
- `sets`: the strongest heads of a sweep, and random ones to compare them with.
- `unrolled`: a transformer as a graph of heads and MLPs, and the edges that an answer needs.
- `attention_only`: transformers without MLPs and layer norm, whose weights can be read.
- `bigrams`: what no layer and one layer know, read off trained weights.
- `by_hand`: heads and induction circuits written down, and an intervention that tells them apart.
- `induction`, `markov`: models that learn to continue texts, and how the circuit forms.
- `composition_scores`: how much a head reads of what a head below it writes.
- `head_kinds`: scores of a single head, and a test that tells induction from an offset.
- `max_of_k`, `max_of_k_bound`: a small model, and an accuracy that is proven instead of estimated.
- `scrubbing`, `partners`: exchange all that a story about a circuit calls unimportant.
- `symbolic`: indirect objects in the smallest transformers that can do them.
- `discovery`: drop every edge that the answer does not need, from the output backwards (ACDC).
- `planted`: a small circuit hidden in a random network, to find again; and the same weights
  shuffled, where there is nothing to find.
- `recovery`: precision, recall and chance; and what a threshold fitted to the test finds.
"""
