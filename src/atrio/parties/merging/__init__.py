"""Merging: two records of one customer, company or person made one, and taken apart again.

Words: one is *kept*, the other *dropped*; the dropped one stays as a *tombstone*, whose id leads
to the kept one; whatever *refers* to the dropped one follows, each column as its package has
declared; an *alias* is an outside id that stands beside the one in use.

Doors: `actions.merge_accounts`, `actions.merge_companies`, `actions.merge_contacts`,
`actions.undo_merge`, `telling_apart.dismiss_pair`, `queries` for the merge desk,
`references.refers` for every package with a column that refers to a customer.
"""
