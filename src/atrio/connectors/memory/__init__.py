"""Outside systems that live in memory, one per port: for tests, benchmarks and a first look.

The state belongs to the process and is shared by all connectors of one `base_url`
("memory://erp-br"). What must hold between processes is computed, not stored: a customer's
number follows from our reference, a price from the number, the id of a CRM's record from our
reference.
"""

from atrio.connectors.memory.crm import MemoryCrm
from atrio.connectors.memory.erp import MemoryErp
from atrio.connectors.memory.registry import MemoryRegistry
from atrio.connectors.memory.shop import MemoryShop
from atrio.connectors.memory.sms import MemorySms

__all__ = ["MemoryCrm", "MemoryErp", "MemoryRegistry", "MemoryShop", "MemorySms"]
