"""Keeping shops elsewhere up to date about a business unit's customers.

Words: what a shop *is to know* of an account follows from our tables at any moment: who buys,
price group, credit limit, whether it is open. What it *was told* is kept. Where the two differ,
the background tells it, whatever it was that changed; nobody has to say that something did, and
no customer waits for it.

Doors: `actions.choose_shop`, `actions.try_again`; `queries` for the desk; `jobs` does the work.
"""
