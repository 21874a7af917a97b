"""Checks and their evidence, training and its proof, supervisors and supervision."""

import contextlib
import datetime as dt
import hashlib
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from core import clock
from core.errors import Invalid
from placements.models import ProviderPost
from staffing import evidence as documents
from staffing.actions.checks import (
    attach_evidence,
    end_supervisor,
    name_supervisor,
    record_check,
    record_supervision,
    record_training,
    sign_training,
    withdraw_check,
)
from staffing.models import Check, Evidence, Supervision, SupervisionLine, Training

TODAY = clock.local_date(clock.now())
NOW = clock.now()
DAY = dt.timedelta(days=1)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LETTER = PDF + b"% a letter\n%%EOF\n"
SECRET = b"51 30 26 N 0 7 39 W"  # where a photograph was taken


def ago(days):
    return TODAY - days * DAY


def upload(content=PDF, name="letter.pdf"):
    return SimpleUploadedFile(name, content)


def picture(form="JPEG", size=(40, 20), mode="RGB", **saved):
    """A photograph with its place, its camera's words and a comment."""
    image = Image.new(mode, size, 7 if mode in ("L", "I;16") else None)
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET.decode()
    exif[ExifTags.Base.Orientation] = 6  # turned: the camera was held upright
    if form == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        saved |= {"pnginfo": text}
    else:
        saved |= {"comment": SECRET}
    out = io.BytesIO()
    image.save(out, form, exif=exif, icc_profile=SECRET, **saved)
    return out.getvalue()


@pytest.fixture
def carer(cast):
    placement = cast.placement(cast.child(born=ago(365 * 15), since=ago(200)), ago(100), home=cast.home())
    cast.supplies(placement)
    cast.placement_ = placement
    return cast.carer(checked=False)


def recorded(cast, carer, **fields):
    fields = {"kind": "dbs", "checked_on": ago(20), "detail": "Original seen.", "by": cast.amy} | fields
    fields.setdefault("confirmed", Check.FACTS.get(fields["kind"], ()))
    if "evidence" not in fields:
        fields.setdefault("upload", upload())
    return record_check(carer=carer, as_of=NOW, **fields)


# --- documents --------------------------------------------------------------------------------------------------------


def test_a_document_is_kept_as_bytes_with_its_digest(cast, carer):
    kept = attach_evidence(carer=carer, upload=upload(name="DBS certificate.PDF"), by=cast.amy, as_of=NOW)
    assert (kept.name, kept.media_type, kept.size) == ("DBS certificate.pdf", "application/pdf", len(PDF))
    assert bytes(Evidence.objects.get().content) == PDF
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    again = attach_evidence(carer=carer, upload=upload(name="again.pdf"), by=cast.amy, as_of=NOW)
    assert again == kept


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"MZ\x90\x00" + PDF, "must be a PDF"),
        (b"<html><script>alert(1)</script>", "must be a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "must be a PDF"),
        (b"PK\x03\x04" + b"x" * 100, "must be a PDF"),
        (b"GIF89a" + b"x" * 100, "must be a PDF"),
        (b" " + PDF, "must be a PDF"),
        (PDF.replace(b"%%EOF", b""), "could not be read to its end"),
        (PDF + b"PK\x03\x04 a programme behind it", "could not be read to its end"),
        (b"\xff\xd8\xff\xe0 no picture", "could not be read to its end"),
        (b"\x89PNG\r\n\x1a\n no picture", "could not be read to its end"),
        (picture()[:-200], "could not be read to its end"),
        (PDF + b" " * documents.LARGEST, "smaller than 5 MB"),
    ],
)
def test_what_a_document_is_is_told_by_its_content(cast, carer, content, words):
    with pytest.raises(Invalid) as invalid:
        recorded(cast, carer, upload=upload(content, "certificate.pdf"))
    assert words in invalid.value.errors["upload"]
    assert not Evidence.objects.exists()
    assert not Check.objects.exists()


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_photograph_keeps_its_picture_and_nothing_else(cast, carer, form):
    sent = picture(form)
    assert SECRET in sent
    kept = attach_evidence(carer=carer, upload=upload(sent, "passport.pdf"), by=cast.amy, as_of=NOW)
    content = bytes(Evidence.objects.get().content)
    assert SECRET not in content
    assert kept.name == {"JPEG": "passport.jpg", "PNG": "passport.png"}[form]
    with Image.open(io.BytesIO(content)) as drawn:
        assert (drawn.format, drawn.size) == (form, (20, 40))  # and the right way up
        assert not drawn.getexif()
        assert not {"icc_profile", "comment", "Comment", "exif"} & set(drawn.info)


def test_a_picture_hidden_behind_a_picture_is_gone(cast, carer):
    attach_evidence(carer=carer, upload=upload(picture() + b"PK\x03\x04" + SECRET, "a.jpg"), by=cast.amy, as_of=NOW)
    assert SECRET not in bytes(Evidence.objects.get().content)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "L"), ("JPEG", "CMYK")]
)
def test_every_kind_of_picture_is_drawn(form, mode):
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, form)
    document = documents.read(upload(out.getvalue(), "x"))
    with Image.open(io.BytesIO(document.content)) as drawn:
        drawn.load()
        assert drawn.mode in ("RGB", "RGBA", "L")


def test_a_small_file_that_is_a_huge_picture_is_not_opened(cast, carer):
    out = io.BytesIO()
    Image.new("1", (6000, 5000)).save(out, "PNG")
    assert len(out.getvalue()) < 50_000
    with pytest.raises(Invalid, match="more detail than is needed"):
        attach_evidence(carer=carer, upload=upload(out.getvalue()), by=cast.amy, as_of=NOW)
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(Invalid):
        attach_evidence(carer=carer, upload=upload(out.getvalue()), by=cast.amy, as_of=NOW)


@given(st.binary(max_size=300), st.sampled_from([b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_sent_is_read_or_refused(rest, start):
    with contextlib.suppress(Invalid):  # and nothing else
        assert documents.read(upload(start + rest, "x")).media_type in documents.ENDINGS


@given(cut=st.integers(0, 600), at=st.integers(0, 600), byte=st.integers(0, 255), form=st.sampled_from(["JPEG", "PNG"]))
@settings(max_examples=150, deadline=None)
def test_a_damaged_picture_is_read_or_refused(cut, at, byte, form):
    content = bytearray(picture(form))
    content[at % len(content)] = byte
    with contextlib.suppress(Invalid):
        assert SECRET not in documents.read(upload(bytes(content[: len(content) - cut % 50]), "x")).content


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\DBS.pdf", "DBS.pdf"),
        ("letter.pdf.exe", "letter.pdf.pdf"),
        ("a\r\nSet-Cookie: x=y.pdf", "a Set-Cookie x y.pdf"),
        ("gnp\u202efdp.pdf", "gnp fdp.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("", "document.pdf"),
        (".pdf", "pdf.pdf"),
        ("Zoë’s référence.pdf", "Zoë s référence.pdf"),
        ("x" * 400, "x" * 146 + ".pdf"),
    ],
)
def test_a_name_is_cleaned(name, kept):
    assert documents.cleaned_name(name, "application/pdf") == kept


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_any_name_is_cleaned(name):
    kept = documents.cleaned_name(name, "image/png")
    assert kept.endswith(".png")
    assert len(kept) <= 150
    assert not set(kept) & set('/\\"<>|:;\r\n\0')


# --- checks -----------------------------------------------------------------------------------------------------------


def test_a_check_is_recorded_with_its_evidence(cast, carer):
    check = recorded(cast, carer, valid_until=ago(-300))
    assert (check.checked_by, bytes(check.evidence.content)) == (cast.amy, PDF)
    second = recorded(cast, carer, evidence=check.evidence)
    assert second.evidence == check.evidence


@pytest.mark.failing("F11")
@pytest.mark.parametrize("kind", Check.FACTS)
def test_what_the_law_asks_of_a_check_is_said_of_it_and_kept(cast, carer, kind):
    for left_out in Check.FACTS[kind]:
        with pytest.raises(Invalid) as invalid:
            recorded(cast, carer, kind=kind, confirmed=[fact for fact in Check.Fact.values if fact != left_out])
        assert list(invalid.value.errors) == ["confirmed"]
    assert not Check.objects.exists()
    check = recorded(cast, carer, kind=kind, confirmed=Check.Fact.values)  # of the others nothing is kept
    assert Check.objects.get().confirmed == list(Check.FACTS[kind])
    assert (len(check.confirmed_in_words), check.unconfirmed) == (len(Check.FACTS[kind]), [])


def test_one_letter_is_not_two_references_nor_every_check(cast, carer):
    letter = recorded(cast, carer, kind="reference_last", upload=upload(LETTER)).evidence
    for kind in set(Check.Kind.values) - {"reference_last"}:
        with pytest.raises(Invalid, match="Reference from the last employer"):
            recorded(cast, carer, kind=kind, evidence=letter)
    with pytest.raises(Invalid, match="another check already"):  # nor sent again under another name
        recorded(cast, carer, kind="reference_other", upload=upload(LETTER, "other.pdf"))
    withdraw_check(check=carer.checks.get(), why="It was the other one.", by=cast.amy, as_of=NOW)
    assert recorded(cast, carer, kind="reference_other", evidence=letter)


@pytest.mark.parametrize(
    "kinds", [("identity", "right_to_work"), ("dbs", "update_service"), ("qualifications", "diploma")]
)
def test_a_passport_a_certificate_and_a_diploma_prove_two_things(cast, carer, kinds):
    first, second = (recorded(cast, carer, kind=kind) for kind in kinds)
    assert first.evidence == second.evidence


@pytest.mark.failing("F11")
def test_that_somebody_else_checked_is_no_check(cast, carer):
    """No evidence, no check; and one letter about everybody checks nobody."""
    with pytest.raises(Invalid, match="that somebody else checked is no check"):
        recorded(cast, carer, evidence=None)
    letter = upload(PDF + b"\n", "All our staff are checked.pdf")
    first = recorded(cast, carer, upload=letter)
    other = cast.carer("Moss", checked=False)
    for inherited in ({"upload": letter}, {"evidence": first.evidence}):
        with pytest.raises(Invalid, match="another carer’s check"):
            recorded(cast, other, **inherited)
    assert not other.checks.exists()
    assert not other.evidence.exists()
    withdraw_check(check=first, why="It names nobody.", by=cast.amy, as_of=NOW)
    assert recorded(cast, other, upload=letter)  # the letter was the other's after all


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "good_feeling"}, "kind"),
        ({"detail": " "}, "detail"),
        ({"checked_on": ago(-1)}, "checked_on"),
        ({"checked_on": dt.date(1987, 1, 1)}, "checked_on"),
        ({"valid_until": ago(21)}, "valid_until"),
    ],
)
def test_a_check_that_cannot_be(cast, carer, wrong, field):
    with pytest.raises(Invalid) as invalid:
        recorded(cast, carer, **wrong)
    assert list(invalid.value.errors) == [field]
    assert not Check.objects.exists()


def test_a_withdrawn_check_stays_on_record_with_its_reason(cast, carer):
    check = recorded(cast, carer)
    with pytest.raises(Invalid) as invalid:
        withdraw_check(check=check, why=" ", by=cast.amy, as_of=NOW)
    assert list(invalid.value.errors) == ["why"]
    withdraw_check(check=check, why="Another person’s certificate.", by=cast.tom, as_of=NOW)
    row = Check.objects.get().history.first()
    assert (row.withdrawn_why, row.history_user) == ("Another person’s certificate.", cast.tom)
    with pytest.raises(Invalid, match="already"):
        withdraw_check(check=check, why="Again.", by=cast.amy, as_of=NOW)


@pytest.mark.parametrize("who", ["priya", "ines", "lee", "sal", "dee", "lola", "zoe", "paul"])
def test_others_record_nothing_of_this_carer(cast, carer, who):
    """Paul manages carers, but not this agency's; Zoe's council has nothing to do with it."""
    by = getattr(cast, who)
    check = recorded(cast, carer)
    with pytest.raises(PermissionDenied):
        recorded(cast, carer, by=by, upload=upload(PDF + b"\n"))
    with pytest.raises(PermissionDenied):
        withdraw_check(check=check, why="x", by=by, as_of=NOW)
    with pytest.raises(PermissionDenied):
        attach_evidence(carer=carer, upload=upload(PDF + b"\n"), by=by, as_of=NOW)
    assert Evidence.objects.count() == 1


def test_evidence_is_seen_by_those_who_check_and_no_further(cast, carer):
    recorded(cast, carer)
    sees = {
        who
        for who in ("amy", "tom", "hana", "carl", "ines", "lee", "sal", "dee", "lola", "zoe", "paul", "priya", "sam")
        if Evidence.for_user(getattr(cast, who)).exists()
    }
    assert sees == {"amy", "tom", "hana", "lee", "sal"}


# --- training ---------------------------------------------------------------------------------------------------------


def taught(cast, carer, **fields):
    fields = {"subject": "trauma", "given_on": ago(10), "trainer": "Dr Wray", "by": cast.amy} | fields
    return record_training(carer=carer, as_of=NOW, **fields)


@pytest.mark.failing("F12")
def test_training_that_is_only_claimed_does_not_count_until_it_is_proved(cast, carer):
    claim = taught(cast, carer, trainer="The social worker, it is said")
    assert not claim.counts
    with pytest.raises(Invalid, match="the day the trainer signed"):
        sign_training(training=claim, by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="when it was taught"):
        sign_training(training=claim, signed_on=ago(11), by=cast.amy, as_of=NOW)
    sign_training(training=claim, signed_on=ago(9), by=cast.amy, as_of=NOW)
    assert Training.objects.get().counts
    with pytest.raises(Invalid, match="on record already"):
        sign_training(training=claim, signed_on=ago(8), by=cast.amy, as_of=NOW)
    sign_training(training=claim, upload=upload(), by=cast.amy, as_of=NOW)
    assert Training.objects.get().evidence == Evidence.objects.get()
    assert taught(cast, carer, upload=upload()).counts
    assert taught(cast, carer, signed_on=ago(10)).counts


def test_one_attendance_sheet_may_prove_the_training_of_several(cast, carer):
    other = cast.carer("Moss", checked=False)
    for each in (carer, other):
        assert taught(cast, each, upload=upload(name="attendance.pdf")).evidence.carer == each


def test_a_childs_plan_is_taught_for_its_placement(cast, carer):
    plan = taught(cast, carer, subject="childs_plan", placement=cast.placement_)
    elsewhere = cast.placement(
        cast.child(born=ago(365 * 15), since=ago(200), authority=cast.south, team=cast.south_team, worker=cast.zoe),
        ago(9),
        home=cast.home(authority=cast.south),
    )
    for placement in (None, elsewhere):
        with pytest.raises(Invalid, match="Select the placement"):
            taught(cast, carer, subject="childs_plan", placement=placement)
    with pytest.raises(Invalid, match="Only a child’s own plan"):
        taught(cast, carer, placement=cast.placement_)
    cast.supplies(elsewhere)
    assert taught(cast, carer, subject="childs_plan", placement=elsewhere, by=cast.zoe)
    assert Training.for_user(cast.amy).get() == plan  # no child's name crosses to another council
    assert Training.for_user(cast.zoe).get().placement == elsewhere


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subject": "yoga"}, "subject"),
        ({"trainer": ""}, "trainer"),
        ({"given_on": ago(-1)}, "given_on"),
        ({"signed_on": ago(-1)}, "signed_on"),
        ({"valid_until": ago(11)}, "valid_until"),
    ],
)
def test_training_that_cannot_be(cast, carer, wrong, field):
    with pytest.raises(Invalid) as invalid:
        taught(cast, carer, **wrong)
    assert list(invalid.value.errors) == [field]


# --- supervision ------------------------------------------------------------------------------------------------------


def supervised(cast, carer, **fields):
    fields = {"agency": cast.agency, "supervisor": "Dana Crake", "started_on": ago(9), "by": cast.amy} | fields
    return name_supervisor(carer=carer, as_of=NOW, **fields)


def test_one_person_supervises_for_an_agency_until_another_does(cast, carer):
    line = supervised(cast, carer)
    for day in (ago(9), ago(20), TODAY):
        with pytest.raises(Invalid, match="Dana Crake supervises them for Tideway Nursing from"):
            supervised(cast, carer, supervisor="Sid Plover", started_on=day)
    with pytest.raises(Invalid, match="when it started"):
        end_supervisor(line=line, ended_on=ago(10), by=cast.amy, as_of=NOW)
    end_supervisor(line=line, ended_on=ago(-5), by=cast.amy, as_of=NOW)  # known ahead, and brought forward
    end_supervisor(line=line, ended_on=ago(2), by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="already"):
        end_supervisor(line=line, ended_on=ago(1), by=cast.amy, as_of=NOW)
    assert supervised(cast, carer, supervisor="Sid Plover", started_on=ago(2))
    assert SupervisionLine.objects.count() == 2


@pytest.mark.parametrize("name", ["", "nobody", "TBC", " - ", "Corin Reed"])
def test_nobody_and_themselves_are_no_supervisor(cast, carer, name):
    with pytest.raises(Invalid) as invalid:
        supervised(cast, carer, supervisor=name)
    assert list(invalid.value.errors) == ["supervisor"]


def test_supervision_is_for_an_agency_they_work_through(cast, carer):
    with pytest.raises(Invalid, match="does not work through Harbour Light Care"):
        supervised(cast, carer, agency=cast.provider)
    with pytest.raises(PermissionDenied):
        supervised(cast, carer, by=cast.paul)


@pytest.mark.failing("F63")
def test_a_supervision_has_a_reflective_part(cast, carer):
    held = {"carer": carer, "held_on": ago(1), "supervisor": "Dana Crake", "by": cast.amy, "as_of": NOW}
    with pytest.raises(Invalid, match="Enter the reflection"):
        record_supervision(**held, agreed="Try again.")
    with pytest.raises(Invalid, match="Enter what was agreed"):
        record_supervision(**held, kind="appraisal")
    with pytest.raises(Invalid, match="today or in the past"):
        record_supervision(**held | {"held_on": ago(-1)}, reflection="x")
    with pytest.raises(Invalid, match="Select what took place"):
        record_supervision(**held, kind="chat", reflection="x")
    assert record_supervision(**held, reflection="She tests whether I stay.")
    assert record_supervision(**held, kind="appraisal", agreed="Begin the diploma.")


def test_what_was_said_is_read_where_it_was_written(cast, carer):
    """A carer works for several councils: that a supervision took place crosses, what it says of a child does not."""
    record_supervision(
        carer=carer, held_on=ago(1), supervisor="Dana Crake", reflection="Of her.", by=cast.amy, as_of=NOW
    )
    there = cast.placement(
        cast.child(born=ago(365 * 15), since=ago(200), authority=cast.south, team=cast.south_team, worker=cast.zoe),
        ago(9),
        home=cast.home(authority=cast.south),
    )
    cast.supplies(there)
    cast.allocate(cast.placement_.child, cast.ines, part="iro", since=ago(100))
    reads = {
        who: each.is_read
        for who in ("amy", "sal", "lee", "carl", "ines", "zoe")
        for each in Supervision.for_user(getattr(cast, who)).read_by(getattr(cast, who))
    }
    assert reads == {"amy": True, "sal": True, "lee": True, "carl": False, "ines": False, "zoe": False}


def test_a_providers_supervision_is_read_by_that_providers_people(cast, carer):
    theirs = cast.carer("Moss", agency=cast.provider)
    written = {"carer": theirs, "held_on": ago(1), "supervisor": "Paul Bunting", "reflection": "x", "as_of": NOW}
    record_supervision(by=cast.paul, **written)
    una = cast.person("una", "Una Knot", "provider_manager", at_provider=True)
    ProviderPost.objects.create(provider=cast.provider, person=una, authority=cast.north, started_on=ago(9))
    for user, reads in ((cast.paul, True), (una, True), (cast.priya, False), (cast.amy, False)):
        assert Supervision.for_user(user).read_by(user).get().is_read is reads


@given(days=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_two_supervise_for_an_agency_on_one_day(cast, carer, days):
    SupervisionLine.objects.all().delete()
    for number, (start, length) in enumerate(days):
        try:
            line = supervised(cast, carer, supervisor=f"Person {number}", started_on=ago(start))
            end_supervisor(line=line, ended_on=ago(start) + length * DAY, by=cast.amy, as_of=NOW)
        except Invalid:
            SupervisionLine.objects.filter(supervisor=f"Person {number}", ended_on=None).update(ended_on=TODAY)
    for n in range(-60, 61):
        day = ago(n)
        live = SupervisionLine.objects.filter(started_on__lte=day).exclude(ended_on__lte=day)
        assert live.count() <= 1
