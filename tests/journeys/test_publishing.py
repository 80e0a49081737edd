"""Packs become releases, and releases stay what they were."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from atrio.engine.problems import Unpublishable
from atrio.journeys.actions import publish
from atrio.journeys.freezing import freeze, thaw
from atrio.journeys.models import Release
from atrio.journeys.queries import compiled, latest_release, offered_packs, pack_folders
from atrio.journeys.rehearsal import play
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.timeline.models import Entry
from tests.journeys.making import FILES, write_pack

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path)


def test_a_country_is_added_by_adding_a_folder(pack, settings):
    settings.ATRIO_PACKS = [*settings.ATRIO_PACKS, pack.parent]

    folders = pack_folders()
    release = publish(by=SYSTEM, folder=folders["company_xx"], now=NOON)
    journey = compiled(release.pk)

    assert {"company_br", "company_xx"} <= set(folders)
    assert offered_packs() == ["company_xx"]
    assert journey.pack.country == "DE"
    assert [play(journey, example).ends for example in journey.examples] == [("served",)]


def test_the_same_files_give_the_same_bytes():
    files = {path: text.encode() for path, text in FILES.items()}

    content = freeze(files)

    assert freeze(dict(reversed(files.items()))) == content
    assert thaw(content) == files


def test_a_release_carries_its_version_its_hash_and_who_published_it(pack):
    olga = Actor(kind="staff", id="7", label="Olga", roles=frozenset({"process_owner"}))

    release = publish(by=olga, folder=pack, now=NOON)

    assert (release.version, release.published_by, release.published_at) == (1, "Olga", NOON)
    assert release.sha256 == sha256(release.content).hexdigest()
    assert Entry.objects.get(what="release.published").release_id == release.pk


def test_publishing_what_is_published_already_changes_nothing(pack):
    first = publish(by=SYSTEM, folder=pack, now=NOON)

    assert publish(by=SYSTEM, folder=pack, now=NOON).pk == first.pk
    assert Release.objects.count() == 1


def test_a_change_is_a_new_version_and_the_old_one_stays_as_it_was(pack):
    first = publish(by=SYSTEM, folder=pack, now=NOON)
    policy = pack / "policy" / "approval.json"
    policy.write_text('{"mode": "before_erp"}')

    second = publish(by=SYSTEM, folder=pack, now=NOON)

    assert (second.version, latest_release("company_xx")) == (2, second.pk)
    assert compiled(first.pk).policy_facts == {"policy": {"approval": "automatic"}}
    assert compiled(second.pk).policy_facts == {"policy": {"approval": "before_erp"}}


def test_an_older_content_can_be_published_again(pack):
    first = publish(by=SYSTEM, folder=pack, now=NOON)
    policy = pack / "policy" / "approval.json"
    before = policy.read_bytes()
    policy.write_text('{"mode": "before_erp"}')
    publish(by=SYSTEM, folder=pack, now=NOON)
    policy.write_bytes(before)

    third = publish(by=SYSTEM, folder=pack, now=NOON)

    assert (third.version, third.sha256) == (3, first.sha256)


def test_a_broken_pack_is_not_published(pack):
    (pack / "texts" / "de.toml").unlink()

    with pytest.raises(Unpublishable, match="missing"):
        publish(by=SYSTEM, folder=pack, now=NOON)

    assert not Release.objects.exists()


def test_mallory_may_not_publish(pack):
    mallory = Actor(kind="member", id="13", label="Mallory", accounts=frozenset({uuid4()}))

    with pytest.raises(NotAllowed):
        publish(by=mallory, folder=pack, now=NOON)


def test_the_web_reads_a_release_as_its_own_role(pack):
    release = publish(by=SYSTEM, folder=pack, now=NOON)
    applicant = uuid4()
    compiled.cache_clear()

    with acting_as(Actor(kind="applicant", id=str(applicant), application=applicant)):
        journey = compiled(latest_release("company_xx"))

    assert compiled(release.pk) is journey


def test_bytes_that_were_changed_behind_our_back_are_not_run(pack):
    release = publish(by=SYSTEM, folder=pack, now=NOON)
    content = bytes(release.content).replace(b"automatic", b"automagic")
    Release.objects.filter(pk=release.pk).update(content=content)
    compiled.cache_clear()

    with pytest.raises(ValueError, match="not those that were published"):
        compiled(release.pk)


def test_a_journey_nobody_offers_is_not_found():
    with pytest.raises(NotFound):
        latest_release("company_zz")
    with pytest.raises(NotFound):
        compiled(uuid4())
