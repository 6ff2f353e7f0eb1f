"""Figures in the house look: takes arrays and tensors, computes nothing but layout."""
