"""What opens an application, or answers for an account, does not stand in the logs."""

import pytest

from atrio.site.observe import _without_tokens


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /apply/abc~def/track/", "Not Found: /apply/…/track/"),
        ("Unprocessable Entity: /asked/abc~def/", "Unprocessable Entity: /asked/…/"),
        ("/cabinet/requests/by-letter/ab~1~c/ was read", "/cabinet/requests/by-letter/…/ was read"),
        ("GET /live/W1sidW5pdCI:x:y 403", "GET /live/… 403"),
        ("/apply/start/ and /desk/outbox/", "/apply/start/ and /desk/outbox/"),
    ],
)
def test_addresses_are_logged_without_their_tokens(said, kept):
    assert _without_tokens(None, "info", {"event": said, "ms": 3}) == {"event": kept, "ms": 3}
