"""What happened: every page, step, decision and change, with who and when.

Words: an *entry* is one thing that happened; *about* names what it happened to. Entries are
added and never changed: reports, promises and auditors read the same rows.

Doors: `actions.record` to add an entry, `queries` to read them.
"""
