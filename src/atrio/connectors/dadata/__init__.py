"""DaData: Russian companies and sole traders by their INN, from the state's register.

The simulator beside it serves invented companies in the same shape.
"""

from atrio.connectors.dadata.registry import DadataRegistry

__all__ = ["DadataRegistry"]
