"""Who is appointed, or whose post ends, is told; somebody without an account is led nowhere."""

import pytest

from dongli.common.clock import today
from dongli.common.ids import new_id
from dongli.notices.kinds import word
from dongli.notices.models import Notification
from dongli.people.actions import log_in_by_phone, posts
from dongli.people.actions.persons import NewPerson
from dongli.people.actions.posts import Appointment
from dongli.people.models import Post
from tests.cast import City, make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def test_an_appointment_and_its_end_are_told_once(city: City) -> None:
    captain = city.person("captain")
    wanted = Appointment(post=Post.CAPTAIN, area=city.buildings[1], since=today())
    key = new_id()
    for _repeated in range(2):
        tenure = posts.appoint(viewer=city.viewer("secretary"), key=key, appointment=wanted, person=captain.pk)
    for _repeated in range(2):
        posts.end_tenure(viewer=city.viewer("secretary"), tenure_id=tenure.pk, on=today(), why="搬走")
    notes = list(Notification.objects.filter(user=captain).order_by("created_at", "id"))
    assert [note.kind for note in notes] == ["people.appoint", "people.end_tenure"]
    assert all(city.buildings[1].name in word(note.kind, note.params).title for note in notes)
    assert all(note.url == f"/desk/persons/{captain.pk}/" for note in notes)


def test_somebody_without_an_account_is_led_nowhere(city: City) -> None:
    wanted = Appointment(post=Post.CAPTAIN, area=city.buildings[1], since=today())
    resident = log_in_by_phone(phone="13911112222")
    person = NewPerson("孙八", "13911112222")
    tenure = posts.appoint(viewer=city.viewer("secretary"), key=new_id(), appointment=wanted, person=person)
    assert tenure.person == resident
    assert Notification.objects.get(user=tenure.person).url == ""
