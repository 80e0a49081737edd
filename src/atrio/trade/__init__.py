"""What a customer may buy: the mirrored catalogue and their own prices.

Words: an *article* is mirrored from the ERP; a *personal price* is the ERP's answer for one
account and one article, with the moment it was asked; it is *fresh* for as long as the settings
say and not shown afterwards. Prices are never computed here.

Doors: `actions` to mirror and to ask, `queries.catalogue_page` to read.
"""
