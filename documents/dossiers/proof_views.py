"""Pages for whoever holds a file and asks whether it is ours: `/verify/` and `/seal/`.

Nobody signs in, and nobody learns more than one sentence: no name, no reference, no hospital. What
we never sealed and what never was a dossier look alike.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from cases.accounts.rate_limits import count_too_many, find_network
from documents.dossiers.marks import Look, LookingHandler
from documents.dossiers.queries import FileStanding, list_seal_keys, stand_of_file

MOST_AN_HOUR: Final = 60
PEM: Final = {"Content-Type": "application/x-pem-file", "X-Content-Type-Options": "nosniff"}
SENTENCES: Final[Mapping[FileStanding, tuple[str, str | Promise, str | Promise]]] = {
    FileStanding.NEWEST: (
        "ok",
        _("Ours, unchanged, and the newest version"),
        _("This file is as we sealed it, and no newer version of it exists."),
    ),
    FileStanding.SUPERSEDED: (
        "wait",
        _("Ours and unchanged, but replaced since"),
        _("This file is as we sealed it. Ask your contact here which version holds now."),
    ),
    FileStanding.RECALLED: (
        "stop",
        _("Ours and unchanged, but called back"),
        _("This file is as we sealed it, and we have called it back since. Please do not use it."),
    ),
    FileStanding.CHANGED: (
        "stop",
        _("Changed after we sealed it"),
        _("This file bears our seal, and its bytes are not the ones we sealed. Do not use it."),
    ),
    FileStanding.UNKNOWN: (
        "wait",
        _("Not known here"),
        _("We have not sealed a file with these bytes."),
    ),
}
NOTHING_CHOSEN: Final = ("stop", _("No file was chosen"), _("Choose the PDF that you received."))
TOO_BIG: Final = ("stop", _("Too large"), _("No dossier of ours is this large."))
TOO_OFTEN: Final = (
    "wait",
    _("Many files came from your network"),
    _("Please try again in an hour."),
)


@csrf_exempt  # checked in `_look_at`, once the handler stands that reads the body
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """A hospital drops a file and reads one sentence."""
    if request.method != "POST":
        return _show_form(request)
    if count_too_many("verify", find_network(request), MOST_AN_HOUR):
        return _show_form(request, TOO_OFTEN, status=HTTPStatus.TOO_MANY_REQUESTS)
    request.upload_handlers = [LookingHandler(look := Look())]
    return _look_at(request, look)


@csrf_protect
def _look_at(request: HttpRequest, look: Look) -> HttpResponse:
    """Read the body, if the check did not: the file passes by, and none is left."""
    request.FILES.get("file")
    if look.is_too_big:
        return _show_form(request, TOO_BIG, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not look.size:
        return _show_form(request, NOTHING_CHOSEN, status=HTTPStatus.BAD_REQUEST)
    return _show_form(request, SENTENCES[stand_of_file(look.sha256, look.marks)])


def _show_form(
    request: HttpRequest,
    said: tuple[str, str | Promise, str | Promise] | None = None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    tone, title, text = said or ("", "", "")
    context = {"tone": tone, "said_title": title, "said_text": text}
    return render(request, "delivery/verify.html", context, status=status)


@login_not_required
@require_safe
def show_seal(request: HttpRequest) -> HttpResponse:
    """With which certificates files were sealed, the one that seals now first."""
    return render(request, "delivery/seal.html", {"keys": list_seal_keys()})


@login_not_required
@require_safe
def serve_certificate(request: HttpRequest, fingerprint: str = "") -> HttpResponse:  # noqa: ARG001  Django hands it over
    """A certificate as it was published: the one that seals now, or one named."""
    for key in list_seal_keys():
        if fingerprint in {"", key.fingerprint}:
            name = f"seal-{key.fingerprint[:16]}.pem"
            headers = {**PEM, "Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(key.certificate, headers=headers)
    raise Http404
