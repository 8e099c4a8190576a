"""`terrachat init`: from questions, or from options, to a catalog.

`asking` has the order of the questions, and one module a kind of model has what each of them asks; `answers` is what
was chosen, `writing` makes a catalog's text of it, and `installing` shows that, asks and writes it. The terminal and
everything outside of this machine are given to it (`questions.Terminal`, `outside.Outside`), so that all of it runs
without either.
"""
