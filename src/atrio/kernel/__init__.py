"""What every package may use: errors, actors, ids, time, the job queue and events.

Words: an *actor* is who does something; a *job* is work for the background, written in the
caller's transaction; an *event* is a frozen dataclass of ids that a lower package announces.

Doors: `errors`, `actors`, `ids`, `queue.later`, `events.announce`, `database.acting_as`.
"""
