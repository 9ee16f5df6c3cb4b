"""Adding papers that came to the office another way: by post, by mail, on a disc."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from documents.records.intake import takes_uploads
from navigator.desk.doors import find_case, signed_in
from navigator.sending.doors import Details, Door, Sender
from navigator.sending.pages import make_join_page, take_files
from navigator.sending.pieces import make_one_piece_page, make_pieces_page


def find_sender(request: HttpRequest, case_id: UUID) -> Sender:
    """The member of staff and a case that they see (else 404)."""
    return Sender(signed_in(request), find_case(request, case_id), timezone.now())


DOOR: Final = Door(
    find_sender=find_sender,
    pieces="admin:case_uploads",
    one_piece="admin:case_upload_part",
    join="admin:case_join_papers",
    again=_("It is here since %(day)s. Nothing more to do."),
)
begin_upload = make_pieces_page(DOOR)
one_upload = make_one_piece_page(DOOR)
join_papers = make_join_page(DOOR)


@takes_uploads(find_case)
def add_papers(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The plain form, for a browser without scripts; opened as a page it leads to the records."""
    back = redirect("admin:cockpit_part", case_id, "records")
    sender = find_sender(request, case_id)
    if request.method != "POST":
        return back
    taken = take_files(request, sender, Details())
    if taken.new:
        words = ngettext(
            "%(n)s file was received and is being read.",
            "%(n)s files were received and are being read.",
            taken.new,
        )
        messages.success(request, words % {"n": taken.new})
    if taken.new < len(taken.received):
        messages.info(request, gettext("Some files were here before; they are here only once."))
    for refused in taken.refused:
        messages.error(request, f"{refused.name}: {refused.sentence}")
    if not taken.received and not taken.refused:
        messages.error(request, gettext("Choose at least one file."))
    return back
