"""Pages that follow: whoever looks at something hears that it has changed, and asks for it anew.

Words: a *key* names what may be watched (`application:<id>`, `unit:<code>`); a *ticket* is the
right to hear of some keys for a while, made by a page that has checked who looks; a *watch* is
one open stream's ear; the *hub* listens to the database for all streams of a process.

Doors: `tickets.live_address` for pages, `hub.Hub` for the process that serves the streams.

Nothing but "something has changed" is ever said: what it is the page asks for as it did before,
so that what may be seen is checked each time.
"""
