from django.apps import AppConfig


class ChaosConfig(AppConfig):
    name = "tests.jobs.chaos"
    label = "chaos"
