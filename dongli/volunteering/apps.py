from django.apps import AppConfig


class VolunteeringConfig(AppConfig):
    name = "dongli.volunteering"

    def ready(self) -> None:
        from dongli.volunteering.policies import register_policies

        register_policies()
