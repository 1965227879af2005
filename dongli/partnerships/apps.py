from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "dongli.partnerships"

    def ready(self) -> None:
        from dongli.partnerships import actions, capabilities, doors, succeeding  # noqa: F401 (registers notifications)

        capabilities.register_all()
        succeeding.register_parts()
        doors.register_all()
