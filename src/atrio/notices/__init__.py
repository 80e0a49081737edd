"""What we say to people: messages, and the outbox in which each stands as it was sent.

Words: a *notice* is a text of a pack, by name; a *message* is one notice to one person by one
*channel*; a *carrier* hands the messages of a channel on; a *letterhead* is what a business
unit's messages bear. The outbox is the one way out: Django's own mail goes through it too.

Doors: `actions.send_message` and `actions.send_again`, `queries.messages_visible_to`,
`carriers.carry_with`, `events.MessageBounced`; `markup` for texts, `bounces` for what comes back.
"""
