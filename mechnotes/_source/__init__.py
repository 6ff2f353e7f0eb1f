"""How mechnotes reads its own source: a canonical form, and which definition uses which."""
