"""Webhooks are policy and are edited here; notifications and deliveries have pages of their own."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dongli.notices import actions, channels
from dongli.notices.models import Webhook


class WebhookForm(forms.ModelForm[Webhook]):
    """A webhook; its secret is made here."""

    url = forms.URLField(label=_("Address"), assume_scheme="https", max_length=500)

    class Meta:
        model = Webhook
        fields = ("name", "url", "area", "is_active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            channels.check_address(url)
        except channels.Permanent as error:
            raise forms.ValidationError(_("The address must begin with https://")) from error
        return url


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin[Webhook]):
    """Systems that are told of events."""

    form = WebhookForm
    list_display = ("name", "url", "area", "is_active")
    list_select_related = ("area",)
    raw_id_fields = ("area",)
    readonly_fields = ("secret",)
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        if not obj.secret:
            obj.secret = secrets.token_urlsafe(32)
        super().save_model(request, obj, form, change)
        actions.webhooks_changed()

    def has_delete_permission(self, request: HttpRequest, obj: Webhook | None = None) -> bool:
        return False
