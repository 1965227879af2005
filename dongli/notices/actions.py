"""Telling people and systems. What is told commits, or vanishes, with the change it is about; a job carries it out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from dongli.areas.models import Area
from dongli.common.clock import now
from dongli.common.errors import NotFound
from dongli.notices import channels
from dongli.notices.models import Channel, Delivery, DeliveryState, Notification, Webhook
from dongli.people.models import User
from dongli.people.viewer import Viewer

BACK_OFF = tuple(timedelta(seconds=wait) for wait in (10, 30, 120, 600, 1800, 7200, 21600))
SECRET_KINDS = frozenset({"code", "link"})
CODE_LIFE = timedelta(minutes=10)
WEBHOOK_CACHE_SECONDS = 15.0


@transaction.atomic(savepoint=False)
def notify(
    *, users: Iterable[User], kind: str, params: Mapping[str, str | int], url: str = "", area: Area | None = None
) -> list[Notification]:
    """Tell `users` (each once; leavers hear nothing) of `kind`, by page and, where they have one, by e-mail.

    `url` is the path to open. With `area`, webhooks on it or on areas around it hear the event too. At most four
    statements however many people there are; part of the caller's transaction.
    """
    heard = {user.pk: user for user in users if user.may_log_in}
    notes = [Notification(user=user, kind=kind, params=dict(params), url=url[:200]) for user in heard.values()]
    Notification.objects.bulk_create(notes)
    deliveries = _by_email(notes)
    if area is not None:
        deliveries += _for_webhooks(area, kind, {**params, "url": url})
    _dispatch(deliveries)
    return notes


@dataclass(frozen=True)
class Told:
    """One person, with what they in particular are told: the title's parameters and the path to open.

    `area`: webhooks on it or on areas around it hear the event too, once for each path.
    """

    user: User
    params: Mapping[str, str | int]
    url: str = ""
    area: Area | None = None


@transaction.atomic(savepoint=False)
def notify_each(*, kind: str, told: Iterable[Told]) -> list[Notification]:
    """Tell many people of `kind`, each of something of their own; as many statements as `notify` takes."""
    heard = [one for one in told if one.user.may_log_in]
    notes = [Notification(user=one.user, kind=kind, params=dict(one.params), url=one.url[:200]) for one in heard]
    Notification.objects.bulk_create(notes)
    by_path = {one.url: one for one in heard if one.area is not None}
    hooked = [_for_webhooks(one.area, kind, {**one.params, "url": one.url}) for one in by_path.values() if one.area]
    _dispatch([*_by_email(notes), *(delivery for several in hooked for delivery in several)])
    return notes


def _by_email(notes: Iterable[Notification]) -> list[Delivery]:
    """The same by e-mail, for those who have one."""
    return [
        Delivery(notification=note, channel=Channel.EMAIL, kind=note.kind, address=note.user.email)
        for note in notes
        if note.user.email and settings.EMAIL_URL
    ]


@transaction.atomic
def announce(*, area: Area, event: str, payload: Mapping[str, object]) -> None:
    """Tell the systems that listen to `area`, or to an area around it, of `event`. No personal data in `payload`."""
    _dispatch(_for_webhooks(area, event, payload))


class _Listening:
    """Whether there is any webhook at all, asked of the database at most every `WEBHOOK_CACHE_SECONDS`."""

    known = False
    until = 0.0

    @classmethod
    def anybody(cls) -> bool:
        if monotonic() >= cls.until:
            cls.known = Webhook.objects.filter(is_active=True).exists()
            cls.until = monotonic() + WEBHOOK_CACHE_SECONDS
        return cls.known

    @classmethod
    def forget(cls) -> None:
        cls.until = 0.0


def webhooks_changed() -> None:
    """Look again at once in this process; others notice within `WEBHOOK_CACHE_SECONDS`."""
    _Listening.forget()


def _for_webhooks(area: Area, event: str, payload: Mapping[str, object]) -> list[Delivery]:
    if not _Listening.anybody():
        return []
    hooks = Webhook.objects.filter(is_active=True, area__code__in=area.path.rstrip("/").split("/"))
    body = json.dumps(
        {"event": event, "at": now().isoformat(), "area": area.code, "data": dict(payload)}, ensure_ascii=False
    )
    return [Delivery(webhook=hook, channel=Channel.WEBHOOK, kind=event[:40], body=body) for hook in hooks]


def send_code(*, phone: str, code: str) -> Delivery:
    """Send a log-in code to a phone. It is not tried beyond the code's life."""
    words = _("%(code)s is your Dongli code. It holds for 10 minutes; never tell it to anybody.") % {"code": code}
    return _text(phone, "code", words)


def send_link(*, phone: str, url: str) -> Delivery:
    """Send the secret link of a case to the phone it was filed with. `url` is absolute, or a path of this site."""
    address = url if url.startswith("http") else f"{settings.BASE_URL}{url}"
    return _text(phone, "link", _("Follow your case here: %(url)s") % {"url": address})


def send_question(*, phone: str, url: str) -> Delivery:
    """Ask whoever filed from this phone whether a problem that was solved has held; `url` is a path of this site."""
    words = _("Some time ago a problem near you was reported solved. Has it held? %(url)s")
    return _text(phone, "link", words % {"url": f"{settings.BASE_URL}{url}"})


def _text(phone: str, kind: str, words: str) -> Delivery:
    delivery = Delivery(channel=Channel.SMS, kind=kind, address=phone, body=words)
    with transaction.atomic():
        _dispatch([delivery], priority=10)
    return delivery


def _dispatch(deliveries: list[Delivery], *, priority: int = 0) -> None:
    """Store the deliveries and one job that carries them all."""
    from dongli.notices.tasks import deliver

    if not deliveries:
        return
    Delivery.objects.bulk_create(deliveries)
    deliver.configure(priority=priority).defer(ids=[str(one.pk) for one in deliveries])


def attempt(delivery_id: UUID) -> Delivery | None:
    """Try one delivery once and note how it went. None when it is gone, done, not due yet, or in other hands.

    The row stays locked while it is sent, and its state is checked under the lock: two workers never both send it.
    """
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("notification__user", "webhook")
            .filter(pk=delivery_id, state=DeliveryState.QUEUED, next_attempt_at__lte=now())
            .first()
        )
        if delivery is None:
            return None
        _try(delivery)
        delivery.save()
        return delivery


def _try(delivery: Delivery) -> None:
    error, lasting = "", False
    try:
        if delivery.kind == "code" and now() - delivery.created_at > CODE_LIFE:
            raise channels.Permanent("the code has expired")
        delivery.provider_id = channels.send(delivery)[:100]
    except channels.Temporary as failure:
        error = str(failure)
    except channels.Permanent as failure:
        error, lasting = str(failure), True
    moment = now()
    delivery.attempts += 1
    delivery.last_error = error[:200]
    delivery.history = [*delivery.history, {"at": moment.isoformat(), "error": error[:200]}]
    if not error:
        delivery.state, delivery.sent_at = DeliveryState.SENT, moment
    elif lasting or delivery.attempts > len(BACK_OFF):
        delivery.state = DeliveryState.FAILED
    else:
        delivery.next_attempt_at = moment + BACK_OFF[delivery.attempts - 1]
    if delivery.state != DeliveryState.QUEUED and delivery.kind in SECRET_KINDS:
        delivery.body = ""


def mark_read(*, viewer: Viewer, notification_id: UUID) -> Notification:
    """Note that the viewer has read it; raises `NotFound` for what is not theirs. Repeating it changes nothing."""
    found = Notification.objects.filter(pk=notification_id, user=viewer.known).first()
    if found is None:
        raise NotFound("no_notification", _("There is no such notification."))
    if found.read_at is None:
        found.read_at = now()
        Notification.objects.filter(pk=found.pk, read_at=None).update(read_at=found.read_at)
    return found


def supersede(*, users: Iterable[User], kind: str, url: str) -> int:
    """What `users` were told of `kind` at `url` and have not read makes way for what is told now; how many there were.

    Part of the caller's transaction: what rings for hours is one unread line, not one for every turn.
    """
    unread = Notification.objects.filter(user__in=[user.pk for user in users], read_at=None)
    return unread.filter(kind=kind, url=url).update(read_at=now())


def mark_all_read(*, viewer: Viewer) -> int:
    """Note that everything is read; how many were not."""
    return Notification.objects.filter(user=viewer.known, read_at=None).update(read_at=now())


def retry(*, viewer: Viewer, delivery_id: UUID) -> Delivery:
    """Queue a failed delivery once more (administrators). Codes and links are not repeated: their text is gone."""
    from dongli.notices.queries import delivery as one

    found = one(viewer, delivery_id)
    with transaction.atomic():
        again = Delivery.objects.filter(pk=found.pk, state=DeliveryState.FAILED).exclude(kind__in=SECRET_KINDS)
        if again.update(state=DeliveryState.QUEUED, attempts=0, next_attempt_at=now()):
            from dongli.notices.tasks import deliver

            deliver.defer(ids=[str(found.pk)])
    found.refresh_from_db()
    return found


def forget_person(user: User) -> None:
    """Delete what a person was ever told, and where it was sent (part of deleting an account)."""
    Delivery.objects.filter(notification__user=user).delete()
    Notification.objects.filter(user=user).delete()


def forget_about(user: User, kinds: str) -> None:
    """Delete what a person was told of the kinds that begin with `kinds` ("volunteering."): consent was taken back."""
    told = Notification.objects.filter(user=user, kind__startswith=kinds)
    Delivery.objects.filter(notification__in=told).delete()
    told.delete()


def forget_old() -> None:
    """Deliveries of half a year ago and notifications read a year ago are no longer needed."""
    moment = now()
    Delivery.objects.filter(created_at__lt=moment - timedelta(days=180)).exclude(state=DeliveryState.QUEUED).delete()
    Notification.objects.filter(read_at__lt=moment - timedelta(days=365)).delete()
