"""Rehearsing a pack: its examples played through engine, database, worker and outside systems.

Nothing of the real house is touched: a rehearsal has a database server, a worker process and
outside systems of its own, which say what the example says they say.

Doors: `stage.Stage` to have a house for the length of a rehearsal, `player.play` to play.
"""
