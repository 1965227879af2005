from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "dongli.reporting"

    def ready(self) -> None:
        from dongli.duties import sources
        from dongli.reporting import capabilities, policies, work
        from dongli.reporting.queries import closing

        capabilities.register_all()
        policies.register_policies()
        work.register_kinds()
        sources.register(closing.SOURCE, closing.said_of)
