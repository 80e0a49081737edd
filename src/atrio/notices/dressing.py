"""A message's text, dressed as HTML mail: the same words, a brand and a button for its address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a message; one that is nothing but an address becomes a button."""

    text: str
    is_address: bool
    is_reference: bool  # a last line in small print


def as_html(*, subject: str, text: str, language: str) -> str:
    """Return the HTML of a message that has none of its own. All of the text is escaped."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    paragraphs = [
        Paragraph(
            text=block,
            is_address=bool(_ADDRESS.fullmatch(block)),
            is_reference=i == len(blocks) - 1 and len(block) < 60 and i > 1,
        )
        for i, block in enumerate(blocks)
    ]
    return render_to_string(
        "notices/letter.html",
        {
            "subject": subject,
            "paragraphs": paragraphs,
            "language": language,
            "brand": settings.ATRIO_BRAND,
        },
    )
