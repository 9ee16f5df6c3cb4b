from django.urls import path

from documents.dossiers import views

app_name = "delivery"
urlpatterns = [
    path("open/", views.show_opened, name="opened"),
    path("open/file/", views.download, name="download"),
    path("open/answer/", views.take_answer, name="answer"),
    path("open/letter/", views.write_letter, name="letter"),
    path("<str:token>/", views.show_link, name="link"),
    path("<str:token>", views.show_link),
]
