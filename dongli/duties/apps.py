from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "dongli.duties"

    def ready(self) -> None:
        from dongli.duties import capabilities, handing_over, succeeding

        capabilities.register_all()
        handing_over.register()
        succeeding.register_parts()
