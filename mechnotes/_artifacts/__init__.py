"""How cached results are computed, stored, judged fresh or stale, and read back."""
