"""Questions to outside sources, and decisions by table.

Words: a *finding* is what a source answered: pass, fail or unknown, with its as-of time and its
evidence; a *decision* is APPROVE, REFER or DECLINE, with reasons and the table's version.
Unknown is not clear.

Doors: `models`. They are kept by whoever asks and decides; see `onboarding`.
"""
