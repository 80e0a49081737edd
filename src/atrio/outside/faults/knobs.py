"""What can be made to go wrong on one route."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Knobs:
    """Rates are between 0 (never) and 1 (always), times are seconds."""

    latency: float = 0.0  # waited before the request goes on
    jitter: float = 0.0  # up to so much more, at random
    error_rate: float = 0.0  # answered with `error_status`; the system never sees the request
    error_status: int = 503
    execute_then_timeout: float = 0.0  # the system does it, the answer never arrives
    garbage: float = 0.0  # the system does it, the answer is noise
    slow_drip: float = 0.0  # the answer arrives at so many bytes a second; 0 is full speed
    down: bool = False  # every connection is broken off
    only: str = ""  # concerns only requests with this text, or one of several|parted, in them
    times: int = 0  # concerns only so many requests from now on; 0 is all

    def __post_init__(self) -> None:
        """Refuse what makes no sense: ValueError names the knob."""
        for name in ("error_rate", "execute_then_timeout", "garbage"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be between 0 and 1")
        for name in ("latency", "jitter", "slow_drip", "times"):
            # Written so that NaN, which compares with nothing, is refused as well.
            if not 0 <= getattr(self, name) <= 86_400:
                raise ValueError(f"{name} must be between 0 and 86400")
        if not 400 <= self.error_status <= 599:
            raise ValueError("error_status must be between 400 and 599")

    @property
    def are_neutral(self) -> bool:
        """Say whether everything works."""
        return replace(self, error_status=503, only="", times=0, jitter=0) == Knobs()

    def concern(self, text: str) -> bool:
        """Say whether a request is meant, by the text of its path and body."""
        return any(part in text for part in self.only.split("|"))

    def turned(self, **changes: object) -> Knobs:
        """Return these knobs with some changed; ValueError for a wrong name, type or value."""
        return Knobs.from_json({**asdict(self), **changes})

    def to_json(self) -> dict[str, Any]:
        """Return the knobs by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Knobs:
        """Return the knobs by name, the rest neutral; ValueError for a wrong name or type."""
        if not isinstance(data, dict):
            raise ValueError("knobs are an object of names and values")  # noqa: TRY004
        defaults = {field.name: field.default for field in fields(cls)}
        for name, value in data.items():
            if name not in defaults:
                raise ValueError(f"there is no knob {name}")
            if not _is_like(value, defaults[name]):
                raise ValueError(f"{name} must be a {type(defaults[name]).__name__}")
        return cls(**data)


def _is_like(value: object, default: object) -> bool:
    # In Python a bool is an int and in JSON 1.0 is often written 1.
    if isinstance(value, bool) or isinstance(default, bool):
        return type(value) is type(default)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
