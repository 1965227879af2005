"""Log-in through the pages: residents by code, staff by password and second factor, leavers not at all."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from dongli.common.clock import now
from dongli.common.crypto import decrypt
from dongli.people import actions
from dongli.people.models import User
from tests.cast import City, log_in, make_city

PHONE = "13911112222"
LOGIN, CODE, STAFF = "/accounts/login/", "/accounts/login/code/", "/accounts/staff/"
PASSWORD = "correct-horse-battery"
FORGED = [
    "",
    "{}",
    "[]",
    "null",
    "1",
    '{"id": "x"}',
    '{"response": {"userHandle": "YQ"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA",'
    ' "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}}',
    "x" * 5000,
]
sent: list[tuple[str, str]] = []


def remember_code(*, phone: str, code: str) -> None:
    """Stands in for the delivery channel."""
    sent.append((phone, code))


@pytest.fixture(autouse=True)
def _codes(settings: Settings) -> None:
    settings.CODE_SENDER = "dongli.people.tests.test_login.remember_code"
    sent.clear()


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def ask_for_code(client: Client, phone: str = PHONE) -> str:
    answer = client.post(LOGIN, {"phone": phone})
    assert answer.status_code == 302, answer.content
    assert answer.headers["Location"].startswith(CODE)
    return sent[-1][1]


def totp(user: User, *, steps: int = 0) -> str:
    secret = decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"])
    return code_of(secret, steps=steps)


def code_of(secret: str, *, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30 + steps)))


def test_unknown_phone_gets_an_account_with_its_first_right_code(client: Client, db: None) -> None:
    code = ask_for_code(client, "139 1111 2222")
    assert not User.objects.exists()
    page = client.get(CODE)
    assert "139****2222" in page.content.decode()
    assert client.post(CODE, {"code": code}).status_code == 302
    assert logged_in(client)
    user = User.objects.get()
    assert (user.phone, user.phone_verified, user.username) == (PHONE, True, None)
    assert not user.has_usable_password()
    client.post("/accounts/logout/")
    assert not logged_in(client)


def test_second_log_in_finds_the_same_account_and_comes_back(client: Client, db: None) -> None:
    user = actions.log_in_by_phone(phone=PHONE)
    answer = client.post(f"{LOGIN}?next=/me/", {"phone": f"+86{PHONE}", "next": "/me/"})
    answer = client.post(answer.headers["Location"], {"code": f" {sent[-1][1]} ", "next": "/me/"})
    assert answer.headers["Location"] == "/me/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_redirects_stay_on_this_site(client: Client, db: None) -> None:
    ask_for_code(client)
    answer = client.post(f"{CODE}?next=https://evil.example/", {"code": sent[-1][1], "next": "https://evil.example/"})
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "phone", ["", "1", "12345678901", "x" * 300, "138\x000000001", "😀", "<script>", "' OR 1=1 --"]
)
def test_bad_numbers_are_refused_in_words(client: Client, db: None, phone: str) -> None:
    answer = client.post(LOGIN, {"phone": phone})
    assert answer.status_code == 200
    assert not sent
    assert 'href="#id_phone"' in answer.content.decode()


def test_wrong_codes_run_out_and_never_log_in(client: Client, db: None) -> None:
    code = ask_for_code(client)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for number in range(5):
        answer = client.post(CODE, {"code": wrong})
        assert answer.status_code == (200 if number < 4 else 302)
    client.post(CODE, {"code": code})
    assert not logged_in(client)


@pytest.mark.parametrize("typed", ["", "x" * 100, "\x00", "１２", "😀😀"])
def test_odd_codes_are_refused(client: Client, db: None, typed: str) -> None:
    ask_for_code(client)
    assert client.post(CODE, {"code": typed}).status_code == 200
    assert not logged_in(client)


def test_tries_are_counted_for_the_phone_across_browsers(db: None) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _number in range(2):
            client = Client()
            ask_for_code(client)
            for _try in range(5):
                client.post(CODE, {"code": "000000" if sent[-1][1] != "000000" else "000001"})
            clock.shift(timedelta(minutes=1, seconds=1))
        client = Client()
        code = ask_for_code(client)
        client.post(CODE, {"code": code})
        assert not logged_in(client)


def test_a_code_expires(client: Client, db: None) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        code = ask_for_code(client)
        clock.shift(timedelta(minutes=11))
        assert client.post(CODE, {"code": code}).status_code == 302
        assert not logged_in(client)


def test_codes_are_limited_by_phone(db: None) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        statuses = []
        for _number in range(7):
            statuses.append(Client().post(LOGIN, {"phone": PHONE}).status_code)
            clock.shift(timedelta(minutes=1, seconds=1))
        assert statuses == [302] * 5 + [429] * 2
    assert len(sent) == 5


def test_codes_are_limited_by_device_and_address(client: Client, db: None) -> None:
    answers = []
    for number in range(14):
        answers.append(client.post(LOGIN, {"phone": f"139000000{number:02}"}).status_code)
        client.post("/accounts/logout/")
    assert answers == [302] * 10 + [429] * 4
    assert len(sent) == 10


def test_the_session_holds_neither_phone_nor_code(client: Client, db: None) -> None:
    code = ask_for_code(client)
    held = str(dict(client.session))
    assert PHONE not in held
    assert f"'{code}'" not in held


def test_a_code_cannot_be_guessed_without_asking(client: Client, db: None) -> None:
    assert client.get(CODE).status_code == 302
    assert client.post(CODE, {"code": "123456"}).status_code == 302


def staff(city: City, name: str = "secretary", password: str = PASSWORD) -> User:
    user = city.person(name)
    user.set_password(password)
    user.save()
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post(STAFF, {"login": user.username, "password": password})


def set_up_app(client: Client) -> Any:
    page = client.get("/accounts/security/app/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found is not None
    return client.post("/accounts/security/app/", {"code": code_of(found.group(1))})


def test_no_second_factor_no_desk(client: Client, city: City) -> None:
    user = staff(city)
    answer = sign_in(client, user)
    assert answer.headers["Location"] == "/desk/"
    desk = client.get("/desk/duty/")
    assert desk.headers["Location"].startswith("/accounts/second-factor/")
    assert client.post(f"/desk/duty/{city.community.code}/turn/", {}).status_code == 302
    assert client.get("/accounts/second-factor/").status_code == 200
    assert set_up_app(client).status_code == 302
    assert client.get("/desk/duty/").status_code == 200
    assert client.get("/accounts/security/").status_code == 200


def test_log_in_with_password_and_app(client: Client, city: City) -> None:
    user = staff(city)
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, user)
        set_up_app(client)
        client.post("/accounts/logout/")
        clock.shift(timedelta(minutes=5))
        answer = sign_in(client, user)
        assert answer.headers["Location"] == "/accounts/second-factor/code/"
        assert not logged_in(client)
        assert client.get("/desk/duty/").status_code == 302
        assert client.get("/accounts/second-factor/code/").status_code == 200
        assert client.post("/accounts/second-factor/code/", {"code": "000000"}).status_code == 200
        code = totp(user)
        assert client.post("/accounts/second-factor/code/", {"code": code}).status_code == 302
        assert client.get("/desk/duty/").status_code == 200
        other = Client()
        sign_in(other, user)
        assert other.post("/accounts/second-factor/code/", {"code": code}).status_code == 200, "a code works once"
        assert not logged_in(other)


def test_second_factor_tries_are_limited(client: Client, city: City) -> None:
    user = staff(city)
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, user)
        set_up_app(client)
        clock.shift(timedelta(minutes=5))
        other = Client()
        sign_in(other, user)
        for _number in range(5):
            other.post("/accounts/second-factor/code/", {"code": "000000"})
        other.post("/accounts/second-factor/code/", {"code": totp(user)})
        assert not logged_in(other)


def test_password_guesses_are_limited_and_right_ones_do_not_count(client: Client, city: City) -> None:
    user = staff(city)
    with time_machine.travel(now(), tick=False) as clock:
        for _number in range(8):
            assert sign_in(Client(), user).status_code == 302
        for _number in range(5):
            assert sign_in(client, user, "wrong").status_code == 200
        assert sign_in(client, user).status_code == 200
        assert not logged_in(client)
        clock.shift(timedelta(minutes=6))
        assert sign_in(client, user).status_code == 302


@pytest.mark.parametrize("name", ["", "nobody", "\x00", "x" * 500, "😀", "' OR 1=1 --"])
def test_odd_user_names(client: Client, db: None, name: str) -> None:
    assert client.post(STAFF, {"login": name, "password": "x"}).status_code == 200


def test_a_phone_code_never_gives_staff_rights(client: Client, city: City) -> None:
    user = staff(city)
    actions_phone(user)
    client.post(CODE, {"code": ask_for_code(client)})
    assert logged_in(client)
    assert client.get("/desk/duty/").headers["Location"].startswith("/accounts/second-factor/")
    assert client.get("/accounts/security/app/").status_code == 302, "an app cannot be set up without the password"
    assert client.get("/me/").status_code == 200


def test_a_phone_code_and_the_app_are_not_enough_either(client: Client, city: City) -> None:
    user = staff(city)
    actions_phone(user)
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, user)
        set_up_app(client)
        client.post("/accounts/logout/")
        clock.shift(timedelta(minutes=5))
        answer = client.post(CODE, {"code": ask_for_code(client)})
        assert answer.headers["Location"] == "/accounts/second-factor/code/"
        client.post("/accounts/second-factor/code/", {"code": totp(user)})
        assert logged_in(client)
        assert client.get("/desk/duty/").status_code == 302


def actions_phone(user: User) -> None:
    from dongli.people.adapter import AccountAdapter

    AccountAdapter().set_phone(user, PHONE, True)


def test_first_password_must_be_changed(client: Client, city: City) -> None:
    user = staff(city)
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    sign_in(client, user)
    set_up_app(client)
    assert client.get("/desk/duty/").headers["Location"].startswith("/accounts/password/")
    fresh = "another-long-secret"
    form = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    assert client.post("/accounts/password/", {**form, "password1": "short", "password2": "short"}).status_code == 200
    assert client.post("/accounts/password/", form).status_code == 302
    assert client.get("/desk/duty/").status_code == 200


def test_a_leaver_is_shut_out_at_once(client: Client, city: City) -> None:
    user = staff(city)
    log_in(client, user)
    assert client.get("/desk/duty/").status_code == 200
    actions.let_leave(viewer=city.viewer("admin"), user=user)
    assert client.get("/desk/duty/").headers["Location"].startswith(STAFF)
    assert client.get("/me/").headers["Location"].startswith(LOGIN)
    assert sign_in(Client(), user).status_code == 200


def test_a_staff_session_ends_when_left_alone(client: Client, city: City, settings: Settings) -> None:
    user = staff(city)
    with time_machine.travel(now(), tick=False) as clock:
        sign_in(client, user)
        set_up_app(client)
        for _number in range(3):
            clock.shift(timedelta(seconds=settings.STAFF_IDLE_SECONDS - 60))
            assert client.get("/desk/duty/").status_code == 200
        for _number in range(3):
            clock.shift(timedelta(seconds=settings.STAFF_IDLE_SECONDS / 2))
            client.get("/notices/bell/", headers={"X-Background": "1"})
        assert not logged_in(client)


def test_residents_have_no_security_pages(client: Client, db: None) -> None:
    client.post(CODE, {"code": ask_for_code(client)})
    for page in ("", "app/", "passkeys/", "passkeys/add/", "codes/"):
        assert client.get(f"/accounts/security/{page}").status_code == 404
    assert client.get("/accounts/password/").status_code == 404


@pytest.mark.parametrize("page", ["signup/", "email/", "password/reset/", "phone/change/", "password/set/"])
def test_pages_we_do_not_offer(client: Client, db: None, page: str) -> None:
    assert client.get(f"/accounts/{page}").status_code == 404


def test_security_pages_render(client: Client, city: City) -> None:
    user = staff(city)
    sign_in(client, user)
    assert client.get("/accounts/security/passkeys/add/").status_code == 200
    set_up_app(client)
    again = client.get("/accounts/security/codes/")
    assert again.status_code == 302
    assert client.get("/accounts/password/again/").status_code == 200
    assert client.get("/accounts/second-factor/again/").status_code == 200
    client.post("/accounts/password/again/", {"password": PASSWORD})
    for page in ("", "codes/", "codes/new/", "codes/file/", "passkeys/", "passkeys/add/", "app/remove/"):
        assert client.get(f"/accounts/security/{page}").status_code == 200, page
    for credential in FORGED:
        assert client.post("/accounts/security/passkeys/add/", {"credential": credential}).status_code == 200
    assert client.get("/accounts/logout/").status_code == 200


@pytest.mark.parametrize("credential", FORGED)
def test_forged_passkeys(client: Client, db: None, credential: str) -> None:
    options = client.get("/accounts/staff/passkey/", headers={"Accept": "application/json"})
    assert "request_options" in options.json()
    assert client.post("/accounts/staff/passkey/", {"credential": credential}).status_code == 302
    assert not logged_in(client)


def test_the_log_in_page_costs_the_anonymous_no_query(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(LOGIN)
    with django_assert_num_queries(0):
        assert client.get(LOGIN).status_code == 200


def test_pages_have_no_inline_script_or_style(client: Client, city: City) -> None:
    user = staff(city)
    pages = [client.get(LOGIN), client.get(STAFF)]
    sign_in(client, user)
    pages += [client.get("/accounts/second-factor/"), client.get("/accounts/security/app/")]
    pages += [client.get("/accounts/security/passkeys/add/")]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert " style=" not in text
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or 'type="application/json"' in tag, tag
        assert not re.search(r"\son[a-z]+=", text)


def test_rotated_keys_leave_second_factors_working(client: Client, city: City, settings: Settings) -> None:
    user = staff(city)
    sign_in(client, user)
    set_up_app(client)
    settings.FIELD_KEYS = ["a-new-key", *settings.FIELD_KEYS]
    assert actions.reseal_authenticators() == 2
    settings.FIELD_KEYS = ["a-new-key"]
    for one in Authenticator.objects.filter(user=user):
        assert all(decrypt(value) for name, value in one.data.items() if name in {"secret", "seed"})
