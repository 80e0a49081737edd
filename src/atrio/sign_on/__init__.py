"""Sign-on by one's own company: its identity provider says who comes in, and we believe it.

Words: a *provider* is a company's OpenID provider or SAML identity provider; a *mail domain* is
what stands behind the @ of the addresses it may speak for, once that is *proved*; it is *required*
where its people come in by nothing else, but for the *keepers*, who look after it.

Doors: `actions` to keep providers, `queries` to find the one of an address, `coming` for the way
out and back, `urls`.
"""
