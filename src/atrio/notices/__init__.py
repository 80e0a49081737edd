"""What we say to people: messages, and the outbox in which each stands as it was sent.

Words: a *notice* is a text of a pack, by name; a *message* is one notice to one person. The
outbox is the one way out: Django's own mail goes through it too.

Doors: `actions.send_message`, `queries.messages_visible_to`.
"""
