"""What lists and pages cost does not grow with the city: the same statements at 1,000 and at 20,000 cases."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from dongli.cases.actions.policy import load_policy
from dongli.cases.queries import lists
from dongli.cases.queries.lists import Sieve
from dongli.common.clock import now
from dongli.operations.seeding.bulk import make_cases
from tests.cast import City, log_in, make_city
from tests.sizes import Page, pages

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
FEW, MANY = 1_000, 20_000
# Statements that read these tables as a whole have forgotten an index.
GREAT = {"cases_case", "cases_task", "cases_step", "cases_casetext", "cases_casesearch", "cases_casecontact"}


# Asked as time goes by, not as the data grow: whether policy is current, whether the session still is.
BY_THE_CLOCK = ("cases_policystamp", "django_session")


# What a list that is not empty sends more than an empty one: its rows, and their tasks.
JOINED = 2


def statements(client: Client, page: Page) -> list[str]:
    """What a page reads from the database once this process knows the rules."""
    client.get(page.address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.address)
    assert answer.status_code == 200, page.name
    sent = [str(query["sql"]) for query in captured.captured_queries]
    return [sql for sql in sent if sql.startswith(("SELECT", "(")) and not any(one in sql for one in BY_THE_CLOCK)]


def exported(city: City) -> int:
    """The statements of the first page that an export writes."""
    with CaptureQueriesContext(connection) as captured:
        assert len(next(lists.every(city.viewer("city"), Sieve(), most=500))) == 500
    return len(captured)


class Measured:
    """The tiny city, and what each page cost at both sizes; `sent` at the greater."""

    def __init__(self) -> None:
        load_policy()
        self.city = make_city()
        self.counts: dict[str, list[int]] = {}
        self.sent: dict[str, list[str]] = {}
        self.empty: set[str] = set()
        made = 0
        for size in (FEW, MANY):
            make_cases(count=size - made, as_of=now())
            made = size
            self._look()

    def _note_empty(self, key: str, client: Client, page: Page) -> None:
        if 'data-id="' not in client.get(page.address).content.decode():
            self.empty.add(key)

    def _look(self) -> None:
        clients: dict[str, Client] = {}
        for page in pages(self.city.department("urban_management")):
            if page.person not in clients:
                clients[page.person] = Client()
                if page.person:
                    log_in(clients[page.person], self.city.person(page.person))
            key = f"{page.name} ({page.person or 'visitor'})"
            self.sent[key] = statements(clients[page.person], page)
            self.counts.setdefault(key, []).append(len(self.sent[key]))
            if len(self.counts[key]) == 1 and page.address.startswith("/desk/queue/"):
                self._note_empty(key, clients[page.person], page)
        self.counts.setdefault("export", []).append(exported(self.city))


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Measured]:
    """Filled once for the module, and gone with its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Measured()
        transaction.set_rollback(True)


def test_statement_counts_do_not_grow_with_the_data(measured: Measured) -> None:
    grown = {
        name: counts
        for name, counts in measured.counts.items()
        if counts[1] > counts[0] + (JOINED if name in measured.empty else 0)
    }
    assert not grown
    assert len(measured.counts) > 40


def test_no_page_reads_a_great_table_as_a_whole(measured: Measured) -> None:
    whole: dict[str, set[str]] = {}
    for name, sent in measured.sent.items():
        for sql in sent:
            if tables := whole_tables(sql) & GREAT:
                whole.setdefault(name, set()).update(tables)
    assert not whole


def whole_tables(sql: str) -> set[str]:
    """The tables that a statement cannot but read from end to end: no index leads to its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")
    return set(re.findall(r"Seq Scan on (\w+)", plan))
