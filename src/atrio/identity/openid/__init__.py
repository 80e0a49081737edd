"""Being an OpenID provider: outside shops let our customers in because we say who they are.

Words: a *shop* is a client of ours, kept by administrators at the desk; *claims* are what it is
told of whoever comes in. allauth speaks the protocol.

Doors: `clients`, `keys.rotate_keys`, `urls`; `provider` is for allauth.
"""
