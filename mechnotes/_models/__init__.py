"""What `models` needs beside transformer_lens: finding files, checking them, reading texts."""
