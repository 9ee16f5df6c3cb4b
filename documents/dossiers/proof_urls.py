from django.urls import path

from documents.dossiers import proof_views as views

app_name = "proof"
urlpatterns = [
    path("verify/", views.verify_file, name="verify"),
    path("seal/", views.show_seal, name="seal"),
    path("seal/certificate.pem", views.serve_certificate, name="certificate"),
    path("seal/<slug:fingerprint>.pem", views.serve_certificate, name="certificate_of"),
]
