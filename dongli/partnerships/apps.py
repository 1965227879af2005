from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "dongli.partnerships"

    def ready(self) -> None:
        from dongli.partnerships import actions  # noqa: F401 (registers the kinds of notifications)
        from dongli.partnerships.succeeding import register_parts

        register_parts()
