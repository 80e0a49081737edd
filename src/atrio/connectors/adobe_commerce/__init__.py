"""Adobe Commerce with B2B: companies, shared catalogues and company credit over its REST API.

What it relies on, and what of that is proved, stands in docs/connectors/adobe-commerce.md. The
simulator beside it keeps what is written to it.
"""

from atrio.connectors.adobe_commerce.shop import AdobeCommerceShop

__all__ = ["AdobeCommerceShop"]
