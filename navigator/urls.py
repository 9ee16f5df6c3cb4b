from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from documents.dossiers import urls as dossier_urls
from navigator import health
from navigator.views import show_front_door, show_nothing_here

# Whoever may not see a page is told what is told of a page that does not exist.
handler403 = "navigator.views.show_denied_as_missing"

urlpatterns = [
    path("", show_front_door, name="front_door"),
    path("healthz", health.show_alive, name="healthz"),
    path("readyz", health.show_ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("portal/", include("navigator.portal.urls")),
    path("", include("documents.dossiers.proof_urls")),
    path("d/", include((dossier_urls.urlpatterns, "delivery"))),
    path("api/v1/", include("navigator.api.urls")),
    # Addresses and passwords of families are not changed here: their address is the one on file.
    path("account/email/", show_nothing_here),
    path("account/signup/", show_nothing_here),
    path("account/password/set/", show_nothing_here),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("language/setlang/", login_not_required(set_language), name="set_language"),
    path(
        "favicon.ico",
        login_not_required(RedirectView.as_view(url=settings.STATIC_URL + "img/favicon.svg")),
    ),
]
