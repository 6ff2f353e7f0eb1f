"""What the benchmarks of `scripts/bench_*.py` are made of."""
