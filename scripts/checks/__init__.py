"""Checks of a built site: each module holds one, as a function from a `Site` to its problems.

They read files and request nothing, need the standard library only, and take seconds.
"""
