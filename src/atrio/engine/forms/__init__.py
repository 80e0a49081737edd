"""Forms: how a question is put and what counts as an answer. Plain Python, no Django.

Words: a *form* is one screen of *fields*; a *value* is the JSON-safe canonical shape of what was
typed (dates ISO, money as amount and currency, phones E.164, tax ids compact); a *suggestion* is a
value from a register that the applicant may accept; a *message* is a code with parameters that a
higher package puts into words. The file format is described in `docs/forms.md`.

Doors: `Form.parse` to read a form, `validate` to read answers, `bound` to draw a form, `shown` to
draw the answers again.
"""

from .binding import BoundChoice, BoundField, BoundForm, bound
from .conditions import placed
from .facts import fact, nested
from .model import Field, Form
from .showing import Shown, as_text, shown
from .suggesting import Suggestion, agreeing, confirmed, proposed
from .validating import Answers, Submitted, typed, validate
from .wording import Json, Localized, Message

__all__ = [
    "Answers",
    "BoundChoice",
    "BoundField",
    "BoundForm",
    "Field",
    "Form",
    "Json",
    "Localized",
    "Message",
    "Shown",
    "Submitted",
    "Suggestion",
    "agreeing",
    "as_text",
    "bound",
    "confirmed",
    "fact",
    "nested",
    "placed",
    "proposed",
    "shown",
    "typed",
    "validate",
]
