"""The customers: accounts, their legal entities, their people and who may do what for them.

Words: an *account* is a customer relation with one cabinet; a *legal entity* is a registered
company of it; a *contact* is a person at it; a *membership* is a user's seat and roles in it.

Doors: `actions.open_account`, `queries.accounts_visible_to`, `queries.member_actor`,
`queries.seat_of`, `queries.living_account`; `matching` says who somebody could be, `merging`
makes one of two.
"""
