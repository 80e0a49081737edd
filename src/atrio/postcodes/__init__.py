"""Which places a postcode belongs to, as a country's list has them: a help while one types.

Nothing is shipped: lists are large and have licences of their own. A house imports those it wants
(docs/how-to/import-postcodes.md) and knows nothing of the other countries.

Doors: `actions.import_postcodes` takes a list over, `queries.places_of` looks one code up.
"""
