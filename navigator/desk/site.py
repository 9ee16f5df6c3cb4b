"""The coordinators' admin site: Django's own, with our door, My day, and pages for each case.

The pages are imported when their routes are made: the admin builds its site before all rooms
are loaded.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

ROOMS = ("cases.", "documents.", "navigator.")


class DeskSite(AdminSite):
    site_header = _("Navigator desk")
    site_title = _("Navigator desk")
    index_title = _("My day")
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin] | None = None,  # type: ignore[type-arg]  # generic over its model
        **options: Any,
    ) -> None:
        """Only our own rooms; a package's page may show what nobody should, as a secret key."""
        given = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        ours = [model for model in given if model.__module__.startswith(ROOMS)]
        if ours:
            super().register(ours, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from navigator.desk.urls import make_desk_urls  # noqa: PLC0415  # see above

        return [*make_desk_urls(self), *super().get_urls()]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One way to sign in: the account pages, with their second factor and limits."""
        from allauth.account.decorators import secure_admin_login  # noqa: PLC0415  # needs apps

        return secure_admin_login(super().login)(request, extra_context)  # type: ignore[no-any-return]

    def index(  # type: ignore[override]  # any response will do
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """My day stands where the admin has its list of models."""
        from navigator.desk.my_day import show_my_day  # noqa: PLC0415  # see above

        context = {**self.each_context(request), **(extra_context or {})}
        return show_my_day(request, context)

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)
