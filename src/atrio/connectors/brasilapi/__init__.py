"""BrasilAPI's register of companies (CNPJ), over the open data of the Receita Federal.

The simulator beside it serves recorded and invented companies in the same shape.
"""

from atrio.connectors.brasilapi.registry import BrasilApiRegistry

__all__ = ["BrasilApiRegistry"]
