"""Matching: who could this be? Finds records of one person or company, whoever wrote them.

Words: a *record* is a party as somebody wrote it down; it is *normalised* before it is compared;
its *keys* are what it shares with whatever could be the same; *evidence* is what one comparison
showed; a *match* is what two records are to each other, with its score and its evidence.

Doors: `records.PartyRecord`, `comparing.match`, `pairs.find_pairs`, and, over the customers we
have, `queries.possible_matches` and `keeping.keep_keys`. All but `queries`, `keeping`, `lookup`
and `reading` is plain Python; the points stand in tables, so that a score can be explained and is
the same tomorrow.
"""
