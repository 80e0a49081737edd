"""The demonstration: an invented distributor, the people who work there, and signing in as them.

Words: a *persona* is one of the demonstration's people; anybody may be them with one click, in
the demo and nowhere else.

Doors: `seed.seed` fills an empty house, `programs` has a key for a program, `personas`, `views`.
"""
