"""How a message leaves: one function per channel, which answers the provider's id or raises.

`Temporary` is worth another try, `Permanent` is not. Every call carries the delivery's id, so that a receiver can
recognise what it got twice when we were killed between sending and noting so.
"""

import hashlib
import hmac
import ipaddress
import logging
import smtplib
import socket
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from dongli.common.clock import now
from dongli.notices import kinds
from dongli.notices.models import Delivery, Webhook

logger = logging.getLogger("dongli.messages")
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Temporary(Exception):
    """The provider could not be reached or was busy."""


class Permanent(Exception):
    """The message will never be taken: the address is wrong, or the channel is not set up."""


def send(delivery: Delivery) -> str:
    """Carry one delivery over its channel; the provider's id, if it gave one."""
    return {"sms": sms, "email": email, "webhook": webhook}[delivery.channel](delivery)


def sms(delivery: Delivery) -> str:
    """By the HTTP gateway: POST {"id", "phone", "text"}; in the demonstration onto the console and the log."""
    if not settings.SMS_GATEWAY_URL:
        if not settings.DEMO:
            raise Permanent("no SMS gateway is set up")
        logger.info("SMS to %s: %s", delivery.address, delivery.body)
        return "console"
    headers = {"Idempotency-Key": str(delivery.id)}
    if settings.SMS_GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
    message = {"id": str(delivery.id), "phone": delivery.address, "text": delivery.body}
    return _post(settings.SMS_GATEWAY_URL, json=message, headers=headers)


def email(delivery: Delivery) -> str:
    """By the mail server of EMAIL_URL, worded in the language of whoever gets it."""
    notification = delivery.notification
    if notification is None:
        raise Permanent("the notification is gone")
    with translation.override(notification.user.language or settings.LANGUAGE_CODE):
        words = kinds.word(notification.kind, notification.params)
    link = f"{settings.BASE_URL}{notification.url}" if notification.url else ""
    text = "\n\n".join(part for part in (words.body or words.title, link) if part)
    message_id = f"<{delivery.id}@{urlsplit(settings.BASE_URL).hostname}>"
    message = EmailMessage(
        " ".join(words.title.split()), text, to=[delivery.address], headers={"Message-ID": message_id}
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise Permanent("the address was refused") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(type(error).__name__) from error
    return message_id


def webhook(delivery: Delivery) -> str:
    """By a signed POST. The receiver checks `X-Dongli-Signature`: sha256=HMAC(secret, timestamp + "." + body)."""
    hook = delivery.webhook
    if hook is None or not hook.is_active:
        raise Permanent("the webhook is closed")
    body, moment = delivery.body.encode(), str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Dongli",
        "X-Dongli-Event": delivery.kind,
        "X-Dongli-Delivery": str(delivery.id),
        "X-Dongli-Timestamp": moment,
        "X-Dongli-Signature": sign(hook, moment, body),
    }
    address, host = safe_address(hook.url)
    name = {"sni_hostname": urlsplit(hook.url).hostname}
    return _post(address, trust_env=False, content=body, headers=headers | {"Host": host}, extensions=name)


def sign(hook: Webhook, timestamp: str, body: bytes) -> str:
    """The signature a receiver should compute."""
    digest = hmac.new(hook.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def check_address(url: str) -> None:
    """Raises `Permanent` unless a webhook may be sent there: https (http only to this machine in the demonstration)."""
    parts = urlsplit(url)
    loopback = settings.DEMO and parts.hostname in LOOPBACK
    if not parts.hostname or parts.username or not (parts.scheme == "https" or (loopback and parts.scheme == "http")):
        raise Permanent("the address must begin with https://")


def safe_address(url: str) -> tuple[str, str]:
    """The address with its host resolved, and the host: what was checked is what is called.

    Addresses inside the operator's own network are refused unless WEBHOOK_HOSTS names the host.
    """
    check_address(url)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Temporary("the host is not known") from error
    trusted = host in settings.WEBHOOK_HOSTS or (settings.DEMO and host in LOOPBACK)
    if not trusted and not all(ipaddress.ip_address(one).is_global for one in found):
        raise Permanent("the address lies inside this network")
    address = sorted(map(str, found))[0]
    shown = f"[{address}]" if ":" in address else address
    return urlunsplit((parts.scheme, f"{shown}:{port}", parts.path or "/", parts.query, "")), parts.netloc


def _post(url: str, *, trust_env: bool = True, **request: Any) -> str:
    """POST and the id in the answer's JSON, if any; no redirects are followed.

    `trust_env`: whether the operator's proxy may be used (never for webhooks: it could reach what we may not).
    """
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=trust_env) as client:
            answer = client.post(url, **request)
    except httpx.InvalidURL as error:
        raise Permanent("the address is not one") from error
    except httpx.HTTPError as error:
        raise Temporary(type(error).__name__) from error
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Temporary(f"answered {answer.status_code}")
    if not answer.is_success:
        raise Permanent(f"answered {answer.status_code}")
    return _id_in(answer)


def _id_in(answer: httpx.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("id", ""))[:100] if isinstance(found, dict) else ""
