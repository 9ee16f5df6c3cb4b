"""Without the family's agreement nothing is kept, by whichever way and whoever sends it."""

from io import BytesIO
from pathlib import Path

import pytest

from cases.casework.consents import withdraw_consent
from documents.records import services
from documents.records.errors import ConsentNeeded
from documents.records.models import Document, Upload
from documents.records.uploads import Part
from tests import make
from tests.portal.family import page_of, sign_in
from tests.records.sending import LETTER, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> make.Cast:  # noqa: ARG001  # the database must be there first
    """Nothing is agreed yet."""
    return make.cast(agreed=False)


def test_neither_family_nor_staff_can_send_a_paper(cast: make.Cast, tmp_path: Path) -> None:
    for actor in (cast.parent, cast.coordinator):
        with pytest.raises(ConsentNeeded) as refused:
            send(cast.case, LETTER, actor=actor)
        assert "What you agreed to" in refused.value.messages[0]
    assert not Document.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_page_shows_one_button_instead_of_a_form(cast: make.Cast) -> None:
    html = sign_in(cast.parent).get(page_of(cast.case, "upload")).content.decode()
    assert page_of(cast.case, "consent_give", "keep_records") in html
    assert "data-upload" not in html
    cast.case.parties.update(may_consent=False)
    html = sign_in(cast.parent).get(page_of(cast.case, "upload")).content.decode()
    assert page_of(cast.case, "consent_give", "keep_records") not in html
    assert "The person who signs for the patient can agree" in html


def test_once_agreed_the_form_is_there(cast: make.Cast) -> None:
    make.agree(cast.case)
    html = sign_in(cast.parent).get(page_of(cast.case, "upload")).content.decode()
    assert "data-upload" in html


def test_an_agreement_that_is_taken_back_on_the_way_stops_an_upload_in_pieces(
    cast: make.Cast,
) -> None:
    consent = make.agree(cast.case)
    upload = services.begin_upload(
        case=cast.case,
        actor=cast.parent,
        now=make.NOW,
        size=len(LETTER),
        original_name="letter.pdf",
    )
    part = Part(BytesIO(LETTER), len(LETTER))
    services.receive_part(upload=upload, part=part, offset=0, now=make.NOW)
    withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
    with pytest.raises(ConsentNeeded):
        services.finish_upload(upload=Upload.objects.get(), now=make.NOW)
    with pytest.raises(ConsentNeeded):
        services.begin_upload(
            case=cast.case, actor=cast.parent, now=make.NOW, size=5, original_name="x"
        )
    assert not Document.objects.exists()
    make.agree(cast.case)
    services.finish_upload(upload=Upload.objects.get(), now=make.NOW)
    assert Document.objects.count() == 1
