"""`python -m tests.assertions.furnished`: a house with everything outside in memory.

For a database that is not the test's own, as whose owner this is run.
"""

from __future__ import annotations

import django

django.setup()

from tests.onboarding.house import furnish  # noqa: E402

furnish(name="apart")
