"""Addresses of the API. What is not listed here is answered as if there were nothing."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from navigator.api import views
from navigator.api.bundle_views import CaseBundleView
from navigator.api.definition_views import DefinitionViewSet
from navigator.api.dossier_views import DossierViewSet
from navigator.api.fact_views import FactViewSet
from navigator.api.record_views import CaseRecordsView, RecordViewSet
from navigator.api.search_views import SearchView

app_name = "api"

router = SimpleRouter()
router.register("cases", views.CaseViewSet, basename="case")
router.register("records", RecordViewSet, basename="record")
router.register("facts", FactViewSet, basename="fact")
router.register("evaluations", views.EvaluationViewSet, basename="evaluation")
router.register("definitions", DefinitionViewSet, basename="definition")
router.register("dossiers", DossierViewSet, basename="dossier")

urlpatterns = [
    path("schema/", views.SchemaView.as_view(), name="schema"),
    path("cases/<uuid:case_id>/fhir/", CaseBundleView.as_view(), name="case-fhir"),
    path("cases/<uuid:case_id>/records/", CaseRecordsView.as_view(), name="case-records"),
    path("search/", SearchView.as_view(), name="search"),
    *router.urls,
    re_path(r"^[\s\S]*$", views.NothingHere.as_view(), name="nothing"),
]
