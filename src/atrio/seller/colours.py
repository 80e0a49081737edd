"""Pure rules: a brand's one colour, so light and so dark that everybody can read it.

Contrast is reckoned as WCAG 2.2 does (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

ACCENT = "#08756c"  # the house's own
COLOUR = re.compile(r"#[0-9a-f]{6}")
PAPER, NIGHT = "#f6f8f8", "#182a32"  # the least light and the lightest dark ground of our pages
WHITE, INK = "#ffffff", "#14272b"
READABLE, VERY_READABLE = 4.5, 7.0  # WCAG levels AA and AAA
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Shades:
    """One colour on light and on dark pages, each as it is and stronger (when pointed at)."""

    light: str
    light_strong: str
    dark: str
    dark_strong: str


def shades(accent: str) -> Shades:
    """Return a colour as it can be read on our pages: unchanged where it can be already."""
    return Shades(
        light=_until_readable(accent, on=PAPER, ratio=READABLE),
        light_strong=_until_readable(accent, on=PAPER, ratio=VERY_READABLE),
        dark=_until_readable(accent, on=NIGHT, ratio=READABLE),
        dark_strong=_until_readable(accent, on=NIGHT, ratio=VERY_READABLE),
    )


def ink_on(colour: str) -> str:
    """Return the colour of writing that can be read on this one."""
    return max((WHITE, INK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Return how well one colour stands out from another: 1 not at all, 21 black on white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _until_readable(colour: str, *, on: str, ratio: float) -> str:
    """Go away from the ground in small steps; hue and saturation stay."""
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    end = 0.0 if _luminance(on) > 0.5 else 1.0
    for step in range(_STEPS + 1):
        tried = _written(hue, lightness + (end - lightness) * step / _STEPS, saturation)
        if contrast(tried, on) >= ratio:
            return tried
    return tried


def _luminance(colour: str) -> float:
    """Return how light a colour is, 0 to 1."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _written(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(p * 255):02x}" for p in hls_to_rgb(hue, lightness, saturation))
