from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "dongli.notices"

    def ready(self) -> None:
        from dongli.notices import (
            capabilities,
            of_careers,
            of_people,  # noqa: F401 (registers what people are told of their posts)
        )

        capabilities.register_all()
        of_careers.register_all()
