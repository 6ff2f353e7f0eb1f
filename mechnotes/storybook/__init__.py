"""The storybook: a small language of English sentences, and the model that has read them.

Everything about the text is known, because we wrote its grammar: every word carries labels, and the
chance of every next word can be computed exactly. So what the model does can be compared with the
best that any reader could do, and "this head does that" can be scored.

`words` holds the vocabulary, `templates` says what a template is, `giving`, `feelings`, `repeats`,
`agreement`, `nesting`, `comparison` and `filler` each hold one kind of sentence, `grammar` puts
them together, `truth` computes the true distribution, `corpus` draws labelled passages, `tokenizer`
turns words into numbers, `training` and `evaluation` make the model and measure it, `folder` writes
it as an ordinary Hugging Face model folder.
"""
