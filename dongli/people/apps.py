from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "dongli.people"

    def ready(self) -> None:
        from dongli.people import rooms

        rooms.register_all()
