"""The customer's screens: home, shop, company.

Every page speaks of one legal entity, the one in use, and of its account; `access.for_members`
finds both among what is the member's own.
"""
