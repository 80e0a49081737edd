"""What a browser says of itself, in words that its owner knows it by. No database."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

# The order matters: Edge and Opera say that they are Chrome, and Chrome says that it is Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> tuple[str, str]:
    """Return what browser it is and on what it runs, "" for either that is not known."""
    browser, system = (
        next((name for sign, name in known if sign in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return browser, system


def network_of(address: str) -> str:
    """Return the network of an address: enough to tell home from abroad, too little to find one.

    "203.0.113.7" is of "203.0.113.0/24"; of IPv6 the first 48 bits stay. "" for no address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    kept = 24 if isinstance(found, IPv4Address) else 48
    return str(ip_network((found, kept), strict=False))
