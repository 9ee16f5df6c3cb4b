"""Who may come where: one line a route. A route without a line fails the suite.

`opens`: whom the route answers at all. `sees`: whom it may show a text of the planted case.
Everyone else gets a 404, or is led to sign in.
"""

from dataclasses import dataclass
from typing import Final

TEAM: Final = frozenset({"coordinator", "lead", "clinician"})
CASE_STAFF: Final = TEAM | {"outsider", "team_lead_elsewhere", "translator_elsewhere"}
STAFF: Final = CASE_STAFF | {"administrator"}
PARENT: Final = frozenset({"parent"})
FAMILIES: Final = frozenset({"parent", "stranger"})
SIGNED_IN: Final = STAFF | FAMILIES
EVERYONE: Final = SIGNED_IN | {"anonymous"}
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Rule:
    opens: frozenset[str]
    sees: frozenset[str] = NOBODY


PUBLIC = Rule(EVERYONE)
CLOSED = Rule(NOBODY)
OWN_ACCOUNT = Rule(SIGNED_IN)
TEAM_ONLY = Rule(TEAM, TEAM)
TEAM_LISTS = Rule(CASE_STAFF, TEAM)  # a list is there for all case staff, with their own rows
FAMILY_ONLY = Rule(PARENT, PARENT)
FAMILY_DOOR = Rule(FAMILIES)  # leads each to their own case
STAFF_ONLY = Rule(STAFF)
ADMINISTRATORS_ONLY = Rule(frozenset({"administrator"}))

RULES: Final[dict[str, Rule]] = {
    "": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "favicon.ico": PUBLIC,
    "verify/": PUBLIC,
    "seal/": PUBLIC,
    "seal/certificate.pem": PUBLIC,
    "seal/<fingerprint>.pem": PUBLIC,
    "language/setlang/": PUBLIC,
    # The desk
    "admin/": Rule(STAFF, TEAM),
    "admin/login/": Rule(STAFF),
    "admin/logout/": Rule(EVERYONE),
    "admin/password_change/": STAFF_ONLY,
    "admin/password_change/done/": STAFF_ONLY,
    "admin/autocomplete/": TEAM_ONLY,
    "admin/jsi18n/": STAFF_ONLY,
    "admin/r/<content_type_id>/<object_id>/": CLOSED,
    "admin/<app_label>/": STAFF_ONLY,
    "admin/<url>": CLOSED,
    "admin/search/": STAFF_ONLY,  # tells nothing before something is looked for
    "admin/case/new/": Rule(CASE_STAFF),
    "admin/case/<case_id>/": TEAM_ONLY,
    "admin/case/<case_id>/<part>/": TEAM_ONLY,
    "admin/case/<case_id>/death/": TEAM_ONLY,
    "admin/case/<case_id>/do/<name>/": TEAM_ONLY,
    "admin/case/<case_id>/upload/": TEAM_ONLY,
    "admin/case/<case_id>/uploads/": TEAM_ONLY,
    "admin/case/<case_id>/uploads/join/": TEAM_ONLY,
    "admin/case/<case_id>/uploads/<upload_id>/": CLOSED,  # the planted one is the parent's
    "admin/case/<case_id>/progress/": TEAM_ONLY,
    "admin/case/<case_id>/calendar.ics": TEAM_ONLY,
    "admin/definitions/": STAFF_ONLY,
    **{
        f"admin/definitions/<definition_id>/{page}": STAFF_ONLY
        for page in ("", "approve/", "withdraw/", "do/", "progress/", "differences/<other_id>/")
    },
    "admin/dry-run/<run_id>/": Rule(STAFF, TEAM),
    "admin/dry-run/<run_id>/progress/": STAFF_ONLY,
    "admin/review/": Rule(STAFF, TEAM),
    "admin/review/<document_id>/": TEAM_ONLY,
    "admin/review/<document_id>/do/": TEAM_ONLY,
    "admin/review/<document_id>/fact/": TEAM_ONLY,
    "admin/review/value/": CLOSED,  # asked without a fact there are no fields
    **{
        f"admin/review/<document_id>/{page}/": TEAM_ONLY
        for page in ("enter", "progress", "open", "turn", "split", "join", "redact", "translate")
    },
    "admin/page/<page_id>/": TEAM_ONLY,
    "admin/page/<page_id>/sharp/": TEAM_ONLY,
    "admin/series/<series_id>/": TEAM_ONLY,
    "admin/file/<file_id>/": TEAM_ONLY,
    "admin/version/<version_id>/": TEAM_ONLY,
    "admin/version/<version_id>/pdf/": TEAM_ONLY,
    "admin/version/<version_id>/do/": TEAM_ONLY,
    "admin/version/<version_id>/page/<number>/": TEAM_ONLY,
    "admin/version/<version_id>/send/<contact_id>/": TEAM_ONLY,
    # The families' pages
    "portal/inquiry/": PUBLIC,
    "portal/inquiry/sent/": PUBLIC,
    "portal/invitation/<token>/": PUBLIC,
    **{
        f"portal/{page}": FAMILY_DOOR
        for page in ("", "upload/", "papers/", "messages/", "trip/", "consent/", "access/")
    },
    "portal/passkeys/": FAMILY_DOOR,
    "portal/passkeys/<passkey_id>/remove/": CLOSED,  # no row of the planted case
    **{
        f"portal/case/<case_id>/{page}": FAMILY_ONLY
        for page in (
            "",
            "upload/",
            "uploads/",
            "uploads/<upload_id>/",
            "uploads/join/",
            "papers/",
            "papers/<document_id>/file/",
            "papers/<document_id>/look/",
            "papers/<document_id>/password/",
            "messages/",
            "trip/",
            "trip/calendar.ics",
            "consent/",
            "consent/<purpose>/give/",
            "consent/share/<hospital_id>/give/",
            "consent/<consent_id>/withdraw/",
            "mail/",
            "access/",
            "request/<request_id>/cannot/",
        )
    },
    # A hospital's link: the token is the key, its front tells nothing
    "d/<token>/": PUBLIC,
    "d/<token>": PUBLIC,
    "d/open/": CLOSED,
    "d/open/file/": CLOSED,
    "d/open/answer/": CLOSED,
    "d/open/letter/": CLOSED,
    # The API
    "api/v1/schema/": STAFF_ONLY,
    "api/v1/search/": Rule(CASE_STAFF),  # answers what is looked for, which the walk does not send
    r"api/v1/[\s\S]": CLOSED,
    "api/v1/definitions/": STAFF_ONLY,
    "api/v1/definitions/<pk>/": STAFF_ONLY,
    **{
        f"api/v1/{rows}/": TEAM_LISTS
        for rows in ("cases", "records", "facts", "evaluations", "dossiers")
    },
    **{
        f"api/v1/{row}": TEAM_ONLY
        for row in (
            "cases/<pk>/",
            "cases/<case_id>/fhir/",
            "cases/<case_id>/records/",
            "records/<pk>/",
            "records/<pk>/accept/",
            "records/<pk>/reject/",
            "records/<pk>/files/<version>/",
            "facts/<pk>/",
            "facts/<pk>/confirm/",
            "facts/<pk>/correct/",
            "facts/<pk>/reject/",
            "evaluations/<pk>/",
            "dossiers/<pk>/",
            "dossiers/<pk>/versions/<number>/",
            "dossiers/<pk>/versions/<number>/fhir/",
            "dossiers/<pk>/versions/<number>/file/",
            "dossiers/<pk>/versions/<number>/seal/",
        )
    },
    # Accounts
    "account/login/": PUBLIC,
    "account/logout/": PUBLIC,
    "account/login/code/": PUBLIC,
    "account/login/code/confirm/": PUBLIC,
    "account/inactive/": PUBLIC,
    "account/email/": CLOSED,
    "account/signup/": CLOSED,
    "account/password/set/": CLOSED,
    "account/reauthenticate/": OWN_ACCOUNT,
    "account/password/change/": OWN_ACCOUNT,
    "account/confirm-email/": PUBLIC,
    "account/confirm-email/<key>/": PUBLIC,
    "account/password/reset/": PUBLIC,
    "account/password/reset/done/": PUBLIC,
    "account/password/reset/key/<uidb36>-<key>/": PUBLIC,
    "account/password/reset/key/done/": PUBLIC,
    "account/2fa/authenticate/": PUBLIC,
    "account/2fa/webauthn/login/": PUBLIC,
    **{
        f"account/2fa/{page}": OWN_ACCOUNT
        for page in (
            "",
            "reauthenticate/",
            "totp/activate/",
            "totp/deactivate/",
            "recovery-codes/",
            "recovery-codes/generate/",
            "recovery-codes/download/",
            "webauthn/",
            "webauthn/add/",
            "webauthn/reauthenticate/",
            "webauthn/keys/<pk>/remove/",
            "webauthn/keys/<pk>/edit/",
        )
    },
}

OF_CASE, OF_OFFICE, OF_INSTALLATION = "case", "office", "installation"
ADMIN_MODELS: Final = {
    "accounts/auditevent": OF_INSTALLATION,
    "accounts/invitation": OF_INSTALLATION,
    "accounts/team": OF_OFFICE,
    "accounts/user": OF_OFFICE,
    "casework/case": OF_CASE,
    "casework/consent": OF_CASE,
    "casework/patient": OF_CASE,
    "casework/recordrequest": OF_CASE,
    "casework/task": OF_CASE,
    "clinical/completehistory": OF_CASE,
    "clinical/evaluation": OF_CASE,
    "clinical/fact": OF_CASE,
    "clinical/signoff": OF_CASE,
    "dossiers/access": OF_CASE,
    "dossiers/dossier": OF_CASE,
    "dossiers/dossierversion": OF_CASE,
    "dossiers/grant": OF_CASE,
    "hospitals/contact": OF_OFFICE,
    "hospitals/hospital": OF_OFFICE,
    "hospitals/message": OF_CASE,
    "hospitals/referral": OF_CASE,
    "hospitals/thread": OF_CASE,
    "jobs/job": OF_INSTALLATION,
    "records/document": OF_CASE,
    "records/documentfile": OF_CASE,
    "travel/appointment": OF_CASE,
    "travel/costestimate": OF_CASE,
    "travel/trip": OF_CASE,
}
ROW_PAGES: Final = ("<object_id>/", "<object_id>/change/", "<object_id>/history/")
NO_PAGES: Final = ("add/", "<object_id>/delete/")


def rules_of_admin() -> dict[str, Rule]:
    """Six routes a model: rows of a case are looked at by its team, and edited by nobody."""
    lists = {
        OF_CASE: TEAM_LISTS,
        OF_OFFICE: STAFF_ONLY,
        OF_INSTALLATION: ADMINISTRATORS_ONLY,
    }
    rows = {**lists, OF_CASE: TEAM_ONLY}
    found = {}
    for model, kind in ADMIN_MODELS.items():
        found[f"admin/{model}/"] = lists[kind]
        found |= {f"admin/{model}/{page}": rows[kind] for page in ROW_PAGES}
        found |= {
            f"admin/{model}/{page}": STAFF_ONLY if kind == OF_OFFICE else CLOSED
            for page in NO_PAGES
        }
    return found


ALL_RULES: Final = {**RULES, **rules_of_admin()}
