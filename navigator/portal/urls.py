"""The families' pages. Each has a short address, which leads to the person's own case."""

from django.urls import URLPattern, path

from navigator.portal import (
    opening_views,
    passkey_views,
    upload_views,
    views,
    visitor_views,
)
from navigator.portal.doors import lead_to_case

app_name = "portal"

CASE = "case/<uuid:case_id>/"

urlpatterns: list[URLPattern] = [
    path("inquiry/", visitor_views.write_inquiry, name="inquiry"),
    path("inquiry/sent/", visitor_views.show_inquiry_receipt, name="inquiry_sent"),
    path("invitation/<str:token>/", visitor_views.open_invitation, name="invitation"),
    path("", lead_to_case("home"), name="home"),
    path("upload/", lead_to_case("upload"), name="upload"),
    path("papers/", lead_to_case("documents"), name="documents"),
    path("messages/", lead_to_case("messages"), name="messages"),
    path("trip/", lead_to_case("trip"), name="trip"),
    path("consent/", lead_to_case("consent"), name="consent"),
    path("access/", lead_to_case("access"), name="access"),
    path("passkeys/", passkey_views.show_passkeys, name="passkeys"),
    path(
        "passkeys/<int:passkey_id>/remove/",
        passkey_views.take_passkey_away,
        name="passkey_remove",
    ),
    path(CASE, views.show_home, name="home"),
    path(CASE + "upload/", upload_views.upload_files, name="upload"),
    path(CASE + "uploads/", upload_views.begin_upload, name="uploads"),
    path(CASE + "uploads/join/", upload_views.join_papers, name="join_papers"),
    path(CASE + "uploads/<uuid:upload_id>/", upload_views.one_upload, name="upload_part"),
    path(CASE + "papers/", views.show_documents, name="documents"),
    path(CASE + "papers/<uuid:document_id>/look/", upload_views.look_at_paper, name="look"),
    path(CASE + "papers/<uuid:document_id>/file/", upload_views.download_file, name="file"),
    path(CASE + "papers/<uuid:document_id>/password/", opening_views.open_paper, name="password"),
    path(CASE + "messages/", views.show_messages, name="messages"),
    path(CASE + "trip/", views.show_trip, name="trip"),
    path(CASE + "trip/calendar.ics", views.download_calendar, name="calendar"),
    path(CASE + "consent/", views.show_consents, name="consent"),
    path(CASE + "consent/<str:purpose>/give/", views.agree, name="consent_give"),
    path(
        CASE + "consent/share/<uuid:hospital_id>/give/",
        views.agree_to_hospital,
        name="consent_give_hospital",
    ),
    path(
        CASE + "consent/<uuid:consent_id>/withdraw/",
        views.take_consent_back,
        name="consent_withdraw",
    ),
    path(CASE + "mail/", views.choose_mail, name="mail"),
    path(CASE + "access/", views.show_access, name="access"),
    path(CASE + "request/<uuid:request_id>/cannot/", views.say_cannot_get, name="cannot_get"),
]
