from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "dongli.people"

    def ready(self) -> None:
        from dongli.people import axis_capabilities, career_capabilities, estates, rooms, succeeding
        from dongli.people.actions.reminding import register_policy
        from dongli.people.importing import shipped as tables
        from dongli.people.policies.shipped import register_shipped

        register_shipped()
        tables.register_shipped()
        register_policy()
        rooms.register_all()
        axis_capabilities.register_all()
        career_capabilities.register_all()
        estates.register_all()
        succeeding.register_all()
