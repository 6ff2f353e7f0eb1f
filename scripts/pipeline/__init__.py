"""From a percent-format page to Markdown, figures and a notebook; MkDocs is glue around it.

`source` reads a page, `kernels` and `runner` execute it, `records` keep what it said and what it
read, `figures` make its figures follow light and dark, `compose` joins prose and outputs to
Markdown. Nothing here imports torch, matplotlib or MkDocs, so the site serves without the first two
and outlives the third.
"""
