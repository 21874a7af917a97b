"""What the LADO had before a concern could say so is theirs from the day they had it; what nobody saw stays unseen."""

from importlib import import_module

from django.db import connection

from governance.actions import concerns
from governance.models import ConcernStep
from lado import actions
from lado.models import ReferralRead
from tests.lado.scene import DAY, HOUR, NOW
from tests.lado.test_referring import steps_of
from tests.lado.test_seen import does_not, grave, kinds, refers
from tests.oversight.facts import stands

SEEN = import_module("lado.migrations.0004_seen_before").SEEN


def migrate():
    with connection.cursor() as cursor:
        cursor.execute(SEEN)


def opened(referral, by, page="case"):
    """As it was opened until then: a read, and no word on the concern."""
    return ReferralRead.objects.create(referral=referral, by=by, page=page)


def referred(scene, as_of=NOW - DAY, **fields):
    concern = grave(scene)
    return concern, refers(concern, scene.cast.tom, as_of, **fields)


def seen(concern):
    return [(step.by, step.happened_at) for step in steps_of(concern) if step.kind == "seen"]


def test_what_the_lado_had_opened_they_have_from_then(scene):
    concern, referral = referred(scene)
    opened(referral, scene.cast.sal)  # let in, and not whose it is
    first = opened(referral, scene.cast.lee)
    opened(referral, scene.cast.lee, "form")
    assert stands(NOW + 2 * DAY, "SAF-10", "lado")
    migrate()
    assert seen(concern) == [(scene.cast.lee, first.recorded_at)]
    assert not stands(NOW + 2 * DAY, "SAF-10", "lado")
    migrate()
    assert kinds(concern) == ["passed", "seen"]  # and it is said once


def test_whoever_handled_it_in_their_place_had_it_too(scene):
    concern, referral = referred(scene, named="Lee Martin")
    assert referral.owner == scene.cast.sal
    first = opened(referral, scene.cast.sal)
    migrate()
    assert seen(concern) == [(scene.cast.sal, first.recorded_at)]


def test_it_is_never_seen_before_it_is_passed_on(scene):
    later = NOW + HOUR
    concern = concerns.raise_concern(child=scene.child, category="sexual_harm", what="W", by=scene.pete, as_of=NOW)
    referral = scene.refer(concern=concern, named="Kay")
    opened(referral, scene.cast.sal)
    opened(referral, scene.cast.lee)
    migrate()
    assert not steps_of(concern)
    ConcernStep.objects.create(concern=concern, kind="passed", by=scene.cast.tom, happened_at=later)
    migrate()
    assert seen(concern) == [(scene.cast.lee, later)]


def test_what_the_lado_decided_they_had_as_they_decided(scene):
    decided = {}
    for by in (scene.cast.lee, scene.cast.tom):
        decided[by] = grave(scene)
        ConcernStep.objects.create(concern=decided[by], kind="passed", by=by, happened_at=NOW)
    migrate()
    assert seen(decided[scene.cast.lee]) == [(scene.cast.lee, NOW)]
    assert seen(decided[scene.cast.tom]) == []


def test_what_nobody_on_record_has_seen_stays_unseen(scene):
    cast = scene.cast
    not_referred, (unread, _), (let_in, referral), (listed, another) = (
        grave(scene), referred(scene), referred(scene), referred(scene)
    )  # fmt: skip
    does_not(not_referred, cast.tom)
    actions.admit(referral=referral, person=cast.dora, why="W", by=cast.lee, as_of=NOW)
    opened(referral, cast.dora)
    opened(another, cast.lee, "worker")  # one line among all that there is about a carer
    migrate()
    assert [seen(concern) for concern in (not_referred, unread, let_in, listed)] == [[]] * 4
