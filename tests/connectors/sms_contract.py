"""What every gateway for text messages must do."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import SmsDraft
from atrio.outside.recording import recorded

MOBILE = "+5511912345678"


def new_draft(**fields):
    """A message that no other test sends."""
    draft = SmsDraft(reference=str(uuid4()), to=MOBILE, text="Olá, Alice!", sender="Nordlicht")
    return replace(draft, **fields)


class SmsContract:
    """Subclass it; provide `sms` and the number `nobody`, that takes no text messages."""

    def test_takes_a_message_and_finds_it_by_our_reference(self, sms):
        draft = new_draft()
        receipt = sms.send(draft)

        assert receipt.reference == draft.reference
        assert receipt.id
        assert sms.find(draft.reference).id == receipt.id

    def test_the_same_reference_is_sent_once(self, sms):
        draft = new_draft()
        assert sms.send(draft).id == sms.send(draft).id

    def test_the_same_words_under_another_reference_are_another_message(self, sms):
        assert sms.send(new_draft()).id != sms.send(new_draft()).id

    def test_a_message_nobody_sent_is_none_and_no_error(self, sms):
        assert sms.find(str(uuid4())) is None

    def test_a_number_that_takes_no_messages_is_told_apart(self, sms, nobody):
        draft = new_draft(to=nobody)
        with pytest.raises(OutsideFailure) as caught:
            sms.send(draft)

        assert caught.value.code == "undeliverable"
        assert sms.find(draft.reference) is None

    def test_any_words_arrive(self, sms):
        for text in ("Ação ≠ 🎉", "a\nb", '"&<>', "x" * 300):
            assert sms.send(new_draft(text=text)).id

    def test_a_probe_sends_nothing_and_is_recorded(self, sms):
        with recorded() as exchanges:
            assert sms.probe() is None
        assert [exchange.outcome for exchange in exchanges] == ["ok"]
