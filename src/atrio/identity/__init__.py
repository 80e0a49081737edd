"""Who signs in: users, sign-in by a code sent to their address, sessions.

Words: a *user* is a login of a person, known by an email address. What a user may do is said
elsewhere: a customer's seat in `parties`, a member of staff in `seller`.

Doors: `actions.ensure_user` and `actions.sign_in`, `queries`, `urls.sign_in_urls`; `adapter` is
for allauth.
"""
