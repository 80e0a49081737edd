"""What the whole run stands on."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("harness")
def test_a_group_reaches_whoever_hands_out_the_tests(request):
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("this run hands out no groups")

    assert request.node.nodeid.endswith("@harness")
