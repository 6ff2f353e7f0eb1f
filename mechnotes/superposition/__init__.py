"""Superposition in toy models: more features than dimensions, and what that costs."""
