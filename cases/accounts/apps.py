from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cases.accounts"
    label = "accounts"

    def ready(self) -> None:
        from cases.accounts import receivers  # noqa: F401, PLC0415  # connects them
