"""When there are too few dimensions, how much of them does each feature get, and why?"""
