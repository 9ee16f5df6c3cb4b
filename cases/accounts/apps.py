from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cases.accounts"
    label = "accounts"
