"""A VIES that knows invented companies.

    python -m atrio.connectors.vies.simulator --port 8071

Every VAT id with right check digits whose number begins with 99 is valid, every other is not.
Numbers that begin with 998 belong to a member state that is down today, so that one can see what
that is like. Germany and Spain withhold names and addresses, as they really do.
"""
