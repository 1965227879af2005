from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "dongli.reporting"

    def ready(self) -> None:
        from dongli.reporting import policies, work

        policies.register_policies()
        work.register_kinds()
