from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "navigator.desk"
    label = "desk"
