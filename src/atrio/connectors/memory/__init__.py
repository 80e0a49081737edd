"""An ERP and a register that live in memory: for unit tests, benchmarks and a first look.

The state belongs to the process and is shared by all connectors of one `base_url`
("memory://erp-br"). What must hold between processes is computed, not stored: a customer's
number follows from our reference, a price from the number.
"""

from atrio.connectors.memory.erp import MemoryErp
from atrio.connectors.memory.registry import MemoryRegistry

__all__ = ["MemoryErp", "MemoryRegistry"]
