"""Into which shapes do features settle, and how much of a dimension does each one get?"""
