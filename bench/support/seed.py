"""`python -m bench.support.seed '<options>'`: the demonstration's house over systems in memory.

The options are those of the systems in memory, as JSON: {"erp": {…}, "registry": {…}, "crm": {…}}.
With a `product` and a `base_url` among them it is another system. Without options for a CRM the
business unit works without one.
"""

import json
import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from atrio.outside.models import Connection  # noqa: E402
from atrio.seller.models import BusinessUnit  # noqa: E402
from atrio.site.demo.seed import CRM, ERP, REGISTRY, seed  # noqa: E402

now, options = timezone.now(), json.loads(sys.argv[1])
for code, port in ((ERP, "erp"), (REGISTRY, "registry"), (CRM, "crm")):
    said = {"product": "memory", "base_url": f"memory://{code}", **options.get(port, {})}
    Connection.objects.create(
        code=code,
        port=port,
        product=said.pop("product"),
        base_url=said.pop("base_url"),
        options=said,
        created_at=now,
    )
seed(now)
if "crm" not in options:
    BusinessUnit.objects.update(crm="")
