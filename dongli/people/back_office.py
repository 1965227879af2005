"""Which site django.contrib.admin uses; apart from the site itself, which needs the models."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Takes the place of django.contrib.admin in INSTALLED_APPS."""

    default_site = "dongli.people.admin_site.BackOffice"
