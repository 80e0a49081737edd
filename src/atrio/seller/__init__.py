"""Our own side: business units and the staff who work for them.

Words: a *business unit* is a region or branch of the seller; *staff* is a user's job there.

Doors: `queries` to find a unit or a person's roles.
"""
