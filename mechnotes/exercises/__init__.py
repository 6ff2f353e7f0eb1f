"""Exercises that mark themselves: a task, a hidden check, and a hint for each known mistake."""
