from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "dongli.partnerships"
