"""Experiments, their artifacts and the script that computes them."""
