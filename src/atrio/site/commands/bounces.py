"""Read what mail servers sent back, and note which messages did not arrive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from mailbox import Maildir
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from atrio.notices.actions import note_returned
from atrio.notices.bounces import LARGEST, returned

app = typer.Typer()


@app.command()
def bounces(
    maildir: Annotated[
        Path | None,
        typer.Option(help="A folder of mail; without it one mail comes by standard input."),
    ] = None,
) -> None:
    """Note what came back. Mail that is no bounce stays for a person to read."""
    if maildir is None:
        # As much as may be a bounce, and a byte by which too much is known.
        typer.echo("noted" if _note(sys.stdin.buffer.read(LARGEST + 1)) else "nothing to note")
        return
    if not (maildir / "new").is_dir():
        raise typer.BadParameter(f"{maildir} is no maildir: it has no folder `new`")
    outcomes = list(_read(Maildir(maildir, create=False)))
    typer.echo(f"{len(outcomes)} read, {sum(outcomes)} noted")


def _read(box: Maildir) -> Iterator[bool]:
    """Read what is new; what was noted is marked as seen."""
    for key in sorted(box.keys()):
        mail = box.get_message(key)
        if mail.get_subdir() != "new":
            continue
        was_noted = _note(box.get_bytes(key))
        mail.set_subdir("cur")
        if was_noted:
            mail.add_flag("S")
        box[key] = mail
        yield was_noted


def _note(mail: bytes) -> bool:
    found = returned(mail)
    return bool(found and note_returned(found.message_id, error=found.reason, now=timezone.now()))
