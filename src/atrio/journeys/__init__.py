"""Journeys: the ways to become a customer, as packs of files and as frozen releases.

Words: a *pack* is a folder (process, forms, policy, decision tables, texts, examples); a *release*
is one pack's bytes, frozen under a version and a SHA-256, which an application keeps for life; a
*journey* is a release compiled for use; an *example* is a story that a release must tell.

Doors: `queries.journey_of` for what an application runs on, `actions.publish` to freeze a pack,
`rules.check_pack` to hear what is wrong with one, `messages.say` to put a form's message in words.
"""
