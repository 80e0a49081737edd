"""Our own side: business units, when they work, and the staff who work for them.

Words: a *business unit* is a region or branch of the seller; its *working calendar* says when it
works; an *own day* is a date on which it works otherwise; *staff* is a user's job there.

Doors: `queries` to find a unit or a person's roles, `calendars` for when a unit works, `actions`
to change that.
"""
