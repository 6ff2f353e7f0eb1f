"""A package with a few experiments, small enough to be run, killed and edited in tests."""
