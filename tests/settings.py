"""Atrio's settings for the type checker, which has no environment of its own."""

from tests.environment import use_test_environment

use_test_environment()

from atrio.site.settings import *  # noqa: E402, F403
