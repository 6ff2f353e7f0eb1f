"""How prompt pairs are put together: words and lines, filling a line, turning it into tokens."""
