"""A real Tryton, as a process of its own from an environment of its own.

`server` makes the snapshot of a seeded database once and starts servers from copies of it.
`seed`, `catalogue` and `customers` run inside Tryton's environment and import nothing else of ours.
"""
