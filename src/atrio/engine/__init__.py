"""Process, forms, tables and expressions. Plain Python: no Django, no database, no clock.

Doors: `process` to run a blueprint, `forms` to validate answers, `tables` to decide,
`publication` to refuse what must not be published.
"""
