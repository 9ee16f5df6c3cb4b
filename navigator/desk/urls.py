"""Routes of the desk's own pages, inside the admin site (`admin:…`)."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from navigator.desk import (
    actions,
    cockpit,
    death,
    definitions,
    dry_runs,
    files,
    review,
    review_arranging as arranging,
    sealing,
    search,
    sending,
)


def make_desk_urls(site: AdminSite) -> list[URLPattern]:
    """Each view is wrapped by the site, so that nobody but staff comes near."""
    see = site.admin_view
    return [
        path("search/", see(search.show_search), name="search"),
        path("case/new/", see(actions.open_new_case), name="case_new"),
        path("case/<uuid:case_id>/", see(cockpit.show_cockpit), name="cockpit"),
        path("case/<uuid:case_id>/do/<slug:name>/", see(actions.do_case_action), name="case_do"),
        path("case/<uuid:case_id>/progress/", see(cockpit.show_progress), name="case_progress"),
        path("case/<uuid:case_id>/calendar.ics", see(files.send_calendar), name="case_calendar"),
        path("case/<uuid:case_id>/death/", see(death.show_death), name="case_death"),
        path("case/<uuid:case_id>/upload/", see(sending.add_papers), name="case_upload"),
        path("case/<uuid:case_id>/uploads/", see(sending.begin_upload), name="case_uploads"),
        path(
            "case/<uuid:case_id>/uploads/join/",
            see(sending.join_papers),
            name="case_join_papers",
        ),
        path(
            "case/<uuid:case_id>/uploads/<uuid:upload_id>/",
            see(sending.one_upload),
            name="case_upload_part",
        ),
        path("case/<uuid:case_id>/<slug:part>/", see(cockpit.show_cockpit), name="cockpit_part"),
        path("definitions/", see(definitions.list_definitions), name="definitions"),
        path(
            "definitions/<uuid:definition_id>/",
            see(definitions.show_definition),
            name="definition",
        ),
        path(
            "definitions/<uuid:definition_id>/approve/",
            see(definitions.show_approval),
            name="definition_approve",
        ),
        path(
            "definitions/<uuid:definition_id>/withdraw/",
            see(definitions.show_withdrawal),
            name="definition_withdraw",
        ),
        path(
            "definitions/<uuid:definition_id>/do/",
            see(definitions.decide_definition),
            name="definition_do",
        ),
        path(
            "definitions/<uuid:definition_id>/differences/<uuid:other_id>/",
            see(definitions.show_differences),
            name="definition_differences",
        ),
        path(
            "definitions/<uuid:definition_id>/progress/",
            see(definitions.show_comparing),
            name="definition_progress",
        ),
        path("dry-run/<uuid:run_id>/", see(dry_runs.show_dry_run), name="dry_run"),
        path(
            "dry-run/<uuid:run_id>/progress/",
            see(dry_runs.show_dry_run_progress),
            name="dry_run_progress",
        ),
        path("review/", see(review.open_queue), name="review_queue"),
        path("review/<uuid:document_id>/", see(review.show_review), name="review"),
        path("review/<uuid:document_id>/do/", see(review.decide_record), name="review_do"),
        path("review/<uuid:document_id>/fact/", see(review.decide_fact), name="review_fact"),
        path("review/value/", see(review.show_value_fields), name="review_value"),
        path("review/<uuid:document_id>/enter/", see(review.enter_fact), name="review_enter"),
        path(
            "review/<uuid:document_id>/progress/", see(arranging.show_work), name="review_progress"
        ),
        path("review/<uuid:document_id>/open/", see(arranging.open_record), name="review_open"),
        path("review/<uuid:document_id>/turn/", see(arranging.turn_page), name="review_turn"),
        path("review/<uuid:document_id>/split/", see(arranging.split_record), name="review_split"),
        path("review/<uuid:document_id>/join/", see(arranging.join_records), name="review_join"),
        path(
            "review/<uuid:document_id>/redact/", see(arranging.redact_record), name="review_redact"
        ),
        path(
            "review/<uuid:document_id>/translate/",
            see(arranging.translate_record),
            name="review_translate",
        ),
        path("page/<uuid:page_id>/", see(files.send_preview), name="page_preview"),
        path("page/<uuid:page_id>/sharp/", see(files.send_sharp_page), name="page_sharp"),
        path("series/<uuid:series_id>/", see(files.send_slice), name="series_slice"),
        path("file/<uuid:file_id>/", see(files.send_original), name="file_original"),
        path("version/<uuid:version_id>/", see(sealing.show_version), name="version"),
        path("version/<uuid:version_id>/pdf/", see(files.send_dossier), name="version_pdf"),
        path(
            "version/<uuid:version_id>/page/<int:number>/",
            see(files.send_dossier_page),
            name="version_page",
        ),
        path(
            "version/<uuid:version_id>/send/<uuid:contact_id>/",
            see(sealing.show_sending),
            name="version_send",
        ),
        path("version/<uuid:version_id>/do/", see(sealing.decide_version), name="version_do"),
    ]
