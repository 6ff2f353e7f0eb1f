"""Tests of mechnotes.grokking."""
