from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "dongli.operations"

    def ready(self) -> None:
        from dongli.operations import checks

        checks.register()
