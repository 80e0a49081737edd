"""Programs that work with us: their keys, and what they were answered.

Words: an *integrator* is a program of a partner's or of our own; a *key* lets one in, for some
business units and some *scopes*; a *kept answer* is what a request was answered, told again to
whoever sends the same request twice.

Doors: `actions` to make and revoke keys and to let a program in, `answers` to do a thing once,
`queries` for the desk.
"""
