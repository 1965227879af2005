from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "dongli.duties"
