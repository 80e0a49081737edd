"""A register of companies that answers like BrasilAPI.

    python -m atrio.connectors.brasilapi.simulator --port 8070 [--records FOLDER]

It knows every invented company (`outside.invented`), and the real ones recorded in a folder of
public data, if one is given. Like the original it takes numbers with and without punctuation,
answers null for what it does not know, and may be slow for a number it is asked for first.
"""
