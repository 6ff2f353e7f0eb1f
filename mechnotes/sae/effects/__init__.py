"""What feeds a latent, what does it feed, and what happens when one reaches in?

- `weights`: what a latent's direction promotes, and which heads and neurons read it.
- `writers`, `feeding`: which parts of the model write what the encoder reads, by weights or on a
  text.
- `silencing`: take a part or a latent away, and look.
- `steering`, `doses`, `moods`: turn a latent up, by how much, and what the model then writes.
- `claims`: what we say about it, measured.
"""
