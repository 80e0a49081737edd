"""VIES: is a VAT id of the European Union valid today, asked of its member state.

The simulator beside it answers for invented companies in the same shape.
"""

from atrio.connectors.vies.registry import ViesRegistry

__all__ = ["ViesRegistry"]
