"""What the environment says, checked before anything starts.

Every setting has one name, one type and one line of help. A wrong one is refused with its
name and the reason; a secret has no default outside the demo, which writes its own to `var/`.
"""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Words = Annotated[list[str], NoDecode]


class Environment(BaseSettings):
    """The environment of one process."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    secret_key: str = Field(min_length=32, description="Signs cookies and links; keep it secret.")
    database_url: str = Field(description="postgresql://user:password@host/name")
    debug: bool = False
    testing: bool = Field(default=False, alias="ATRIO_TESTING")
    demo: bool = Field(default=False, alias="ATRIO_DEMO")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    web_threads: int = Field(default=4, ge=1, le=64, alias="ATRIO_WEB_THREADS")
    most_streams: int = Field(default=4000, ge=0, alias="ATRIO_MOST_STREAMS")
    public_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^/]+$")
    allowed_hosts: Words = ["127.0.0.1", "localhost", "[::1]"]
    trusted_origins: Words = []
    brand: str = Field(default="Atrio", alias="ATRIO_BRAND")
    packs: Annotated[list[Path], NoDecode] = Field(default=[], alias="ATRIO_PACKS")
    var: Path = Field(default=Path("var"), alias="ATRIO_VAR")
    heartbeat_seconds: float = Field(default=10, ge=0.5, alias="ATRIO_HEARTBEAT_SECONDS")
    worker_metrics_port: int = Field(
        default=0, ge=0, le=65535, alias="ATRIO_WORKER_METRICS_PORT", description="0 is off"
    )
    metrics_token: str = Field(
        default="", pattern=r"^(\S{16,})?$", alias="ATRIO_METRICS_TOKEN", repr=False
    )
    sample_shop: str = Field(
        default="", alias="ATRIO_SAMPLE_SHOP", description="Where the demo's outside shop is."
    )
    connections_to: Words = Field(default=[], alias="ATRIO_CONNECTIONS_TO")
    webhooks_to: Words = Field(default=[], alias="ATRIO_WEBHOOKS_TO")
    sign_on_to: Words = Field(default=[], alias="ATRIO_SIGN_ON_TO")
    fault_proxy: str = Field(default="", alias="ATRIO_FAULT_PROXY")
    faults_token: str = Field(default="", alias="ATRIO_FAULTS_TOKEN", repr=False)
    price_freshness_seconds: float = Field(default=900, ge=1, alias="ATRIO_PRICE_FRESHNESS_SECONDS")
    secrets: Annotated[dict[str, str], NoDecode] = Field(
        default={}, alias="ATRIO_SECRETS", repr=False
    )
    staff_second_factor: bool = Field(default=False, alias="ATRIO_STAFF_SECOND_FACTOR")
    smtp_url: str = Field(default="", pattern=r"^(smtp(s|\+starttls)?://.+)?$")
    email_from: str = "Atrio <no-reply@localhost>"
    bounces_to: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$", alias="ATRIO_BOUNCES_TO")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator(
        *("allowed_hosts", "trusted_origins", "packs"),
        *("connections_to", "webhooks_to", "sign_on_to"),
        mode="before",
    )
    @classmethod
    def _split_words(cls, value: object) -> object:
        return [word for word in value.split(",") if word] if isinstance(value, str) else value

    @field_validator("secrets", mode="before")
    @classmethod
    def _read_json(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            # Not what JSON says of it: that would quote a secret.
            raise ValueError('must be JSON: {"connection": "secret", …}') from None

    @field_validator("packs")
    @classmethod
    def _are_folders(cls, value: list[Path]) -> list[Path]:
        for folder in value:
            if not folder.is_dir():
                raise ValueError(f"there is no folder {folder}")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"postgresql", "postgres"}:
            raise ValueError("must start with postgresql://")
        return value

    @cached_property
    def https(self) -> bool:
        """Say whether people reach us by HTTPS."""
        return self.public_url.startswith("https://")

    @cached_property
    def places_inside(self) -> list[str]:
        """Return where connections may lead inside: as it is said, and to the fault proxy."""
        proxy = urlsplit(self.fault_proxy)
        named = [f"{proxy.hostname}:{proxy.port or 80}"] if self.fault_proxy else []
        return [*self.connections_to, *named]

    def database(self) -> dict[str, Any]:
        """Return Django's entry for the one database."""
        url = urlsplit(self.database_url)
        options = dict(parse_qsl(url.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": options.pop("host", url.hostname or ""),
            "PORT": url.port or "",
            # Bound by the server, a statement that comes again is neither parsed nor planned again:
            # a third of what an onboarding costs the server, and a fifth of ours.
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2} | options,
        }


def read_environment() -> Environment:
    """Return the environment, or end the process with one line for each setting that is wrong."""
    try:
        return Environment()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [f"  {str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        sys.exit("Atrio cannot start, the environment is not right:\n" + "\n".join(lines))


env = read_environment()
