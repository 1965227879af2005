"""The main job in one piece, through real pages: a resident files, departments are whistled for, it is solved."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dongli.cases.models import Case, Photo, Rating, Step, Whistle
from dongli.people.models import AccessRecord
from tests.browser.crew import Crew, photo, press, says, says_not, send, timeline, zh
from tests.cast import City

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WORDS = "三栋单元门口的下水道堵了，污水流了一地"
NAME, TELEPHONE, MASKED = "刘芳芳", "13800000001", "138****0001"
LAST_WORD = "第二次来得很快，师傅辛苦了"


def test_an_appeal_is_solved_by_everybody_together(crew: Crew, city: City, tmp_path: Path) -> None:
    number = _file(crew, city, tmp_path)
    _give_to_the_grid(crew, number)
    _accept_and_call(crew, city, number)
    _whistle(crew, city)
    _sign(crew)
    _report_in_and_return(crew, city, number)
    _call_another(crew, city)
    _departments_answer(crew, number)
    _answer(crew, tmp_path, "住建部门已换管，地面已冲洗")
    _check_and_close(crew, number, "下水道已疏通并换管，今后每月巡查一次")
    _not_solved(crew, number)
    _answer_again(crew, tmp_path)
    _check_and_close(crew, number, "已彻底疏通，下雨天也复查过")
    _rate(crew, number)
    _what_the_rated_see(crew, number)


def _file(crew: Crew, city: City, folder: Path) -> str:
    """On the phone: the code on the compound's sign, words, a photo."""
    page = crew["resident"]
    page.goto(f"/r/{city.compound.code}")
    says(page, city.compound.name)
    page.locator("[name=what]").fill(WORDS)
    page.locator("input[type=file]").set_input_files(photo(folder))
    expect(page.locator("[data-previews] img")).to_have_count(1)
    expect(page.locator("[name=phone]")).to_have_value(MASKED)
    page.locator("[name=name]").fill(NAME)
    crew.see(page)
    send(page)
    case = Case.objects.get()
    says(page, case.number, zh("We have it. Thank you."))
    crew.see(page)
    assert Photo.objects.filter(case=case).count() == 1
    page.locator(".actions a.btn-primary").click()
    says(page, WORDS, zh("Received"), zh("You filed it"), zh("Sent to where it belongs"))
    crew.see(page)
    return case.number


def _open(page: Page, number: str) -> None:
    """Find the case in the desk's queue, look at it there, then open its own page."""
    page.goto("/desk/queue/?filter=all")
    page.locator(f"[data-list] [data-id='{number}'] a").first.click()
    expect(page.locator("#detail #case-title")).to_be_visible()
    page.goto(f"/desk/case/{number}/")


def _give_to_the_grid(crew: Crew, number: str) -> None:
    """The community's desk takes the case up and gives it to the worker on duty. The contact is masked."""
    page = crew["community"]
    _open(page, number)
    says(page, WORDS, MASKED)
    says_not(page, TELEPHONE, NAME)
    crew.see(page)
    press(page, "register")
    page.locator("select[name=category]").select_option("0101")
    crew.see(page)
    send(page)
    press(page, "dispatch")
    page.locator("select[name=lead]").select_option(label=zh("%(name)s (on duty)", name="周敏"))
    crew.see(page)
    send(page)
    expect(timeline(page).first).to_contain_text(zh("Dispatched"))
    says(page, "周敏", zh("Waiting to be accepted"))


def _accept_and_call(crew: Crew, city: City, number: str) -> None:
    """The worker accepts with one tap, opens the number – which is recorded – and notes what was said."""
    page = crew["worker"]
    page.goto("/work/")
    says(page, WORDS[:10])
    crew.see(page)
    press(page, "accept")
    says(page, zh("%(done)s · %(number)s", done=zh("Accepted"), number=number))
    page.locator(".job-open").click()
    says(page, WORDS)
    says_not(page, TELEPHONE, NAME)
    crew.see(page)
    assert not AccessRecord.objects.exists()
    page.locator("form[action^='/case/'][action*='/contact/'] button").first.click()
    says(page, TELEPHONE, NAME)
    assert AccessRecord.objects.get().viewer == city.person("worker")
    crew.see(page)
    page.locator("a[href*='/contact/']").click()
    page.locator("[name=how][value=phone]").check()
    page.locator("[name=words]").fill("居民在家，约定十点上门")
    crew.see(page)
    send(page)
    says(page, "约定十点上门")
    resident = crew["resident"]
    resident.goto("/me/")
    says(resident, "周敏")
    crew.see(resident)
    resident.goto(f"/my/{number}/")
    says(resident, zh("Being handled"), zh("Accepted: work has begun"), zh("They got in touch with you"))
    assert resident.content().count("周敏") == 1, "only as the one who opened the number"


def _whistle(crew: Crew, city: City) -> None:
    """From the phone, naming two departments."""
    page = crew["worker"]
    press(page, "blow")
    for function in ("housing", "urban_management"):
        page.locator(f"[name=departments][value='{city.department(function).id}']").check()
    page.locator("[name=kind][value=joint]").check()
    page.locator("[name=place]").fill("三栋单元门口")
    page.locator("[name=why]").fill("管网归属不清，社区没有疏通设备")
    crew.see(page)
    send(page)
    says(page, zh("Blown, waiting for signature"))
    crew.see(page)


def _sign(crew: Crew) -> None:
    """The leader finds it on the board and signs."""
    page = crew["leader"]
    page.goto("/desk/whistles/")
    says(page, "管网归属不清", zh("Sign"))
    crew.see(page)
    press(page, "sign")
    expect(page.locator(".board")).to_contain_text(zh("Waiting to be accepted"))
    crew.see(page)
    resident = crew["resident"]
    resident.reload()
    says(resident, zh("Several departments are at it"), zh("Departments have been called on site"))


def _report_in_and_return(crew: Crew, city: City, number: str) -> None:
    """Housing reports in; urban management sends its part back, with a reason."""
    housing, urban = crew["housing"], crew["urban"]
    _open(housing, number)
    crew.see(housing)
    press(housing, "report-in")
    expect(timeline(housing).first).to_contain_text(zh("Reported in"))
    _open(urban, number)
    press(urban, "return")
    urban.locator("[name=reason][value=wrong_department]").check()
    urban.locator("[name=words]").fill("污水管网不属于城管职责")
    crew.see(urban)
    send(urban)
    urban.goto("/desk/queue/")
    says_not(urban, number)
    crew.see(urban)


def _call_another(crew: Crew, city: City) -> None:
    """The subdistrict's desk calls the police instead."""
    page = crew["subdistrict"]
    page.goto("/desk/whistles/")
    expect(page.locator(".board")).to_contain_text(zh("Returned"))
    crew.see(page)
    press(page, "call")
    page.locator(f"[name=organisation][value='{city.department('public_security').id}']").check()
    page.locator("[name=instead_of]").select_option(label="荷塘区城市管理和综合执法局")
    crew.see(page)
    send(page)
    expect(page.locator(".board")).to_contain_text("荷塘区公安局")


def _departments_answer(crew: Crew, number: str) -> None:
    """Both work on it and answer; the whistle is done."""
    police, housing = crew["police"], crew["housing"]
    _open(police, number)
    press(police, "report-in")
    _answer_at_desk(crew, police, "现场已维持秩序")
    assert Whistle.objects.get().state == "signed"
    housing.reload()
    _answer_at_desk(crew, housing, "已更换排水管三米")
    assert Whistle.objects.get().state == "done"
    board = crew["subdistrict"]
    board.goto("/desk/whistles/")
    expect(board.locator(".board")).to_contain_text(zh("Answered"))
    expect(board.locator(".board")).to_contain_text(zh("Released"))


def _answer_at_desk(crew: Crew, page: Page, words: str) -> None:
    press(page, "answer")
    page.locator("[name=words]").fill(words)
    crew.see(page)
    send(page)
    says(page, words)


def _answer(crew: Crew, folder: Path, words: str) -> None:
    """The worker answers with photos of before and after."""
    page = crew["worker"]
    page.reload()
    press(page, "answer")
    page.locator("[name=words]").fill(words)
    page.locator("[name=before]").set_input_files(photo(folder, "before.jpg", "#5a4a3a"))
    page.locator("[name=photos]").set_input_files(photo(folder, "after.jpg", "#9fb8a0"))
    expect(page.locator("[data-previews] img")).to_have_count(2)
    crew.see(page)
    send(page)
    says(page, words)
    assert set(Photo.objects.exclude(step=None).values_list("phase", flat=True)) >= {"before", "after"}


def _check_and_close(crew: Crew, number: str, words: str) -> None:
    """The community looks on the spot, then closes with the answer that the resident reads."""
    page = crew["community"]
    _open(page, number)
    press(page, "check")
    page.locator("[name=words]").fill("现场看过，已通")
    crew.see(page)
    send(page)
    expect(timeline(page).first).to_contain_text(zh("Checked"))
    press(page, "close")
    page.locator("[name=words]").fill(words)
    crew.see(page)
    send(page)
    expect(timeline(page).first).to_contain_text(zh("Closed"))


def _not_solved(crew: Crew, number: str) -> None:
    """The resident reads the answer, and disagrees."""
    page = crew["resident"]
    page.goto(f"/my/{number}/")
    says(page, zh("Finished"), "今后每月巡查一次", zh("The departments have finished"))
    crew.see(page)
    page.locator("a[href$='/reopen/']").click()
    page.locator("[name=words]").fill("下雨又堵了，污水还在往外冒")
    crew.see(page)
    send(page)
    says(page, zh("Handed over"), zh("You said it is not solved: it is handled again"))
    assert Case.objects.get().round == 2


def _answer_again(crew: Crew, folder: Path) -> None:
    """The same worker accepts it again, calls, answers."""
    page = crew["worker"]
    page.goto("/work/")
    press(page, "accept")
    page.locator(".job-open").click()
    says(page, "下雨又堵了")
    page.locator(".actions a[href*='/contact/']").click()
    page.locator("[name=how][value=visit]").check()
    send(page)
    press(page, "answer")
    page.locator("[name=words]").fill("重新疏通主管并清掏检查井")
    page.locator("[name=photos]").set_input_files(photo(folder, "again.jpg"))
    send(page)
    says(page, "清掏检查井")


def _rate(crew: Crew, number: str) -> None:
    """Solved, with a word for those who did it."""
    page = crew["resident"]
    page.goto(f"/my/{number}/")
    page.locator("a[href$='/rate/']").click()
    page.locator("[name=contacted][value=yes]").check()
    page.locator("[name=solved][value=yes]").check()
    page.locator("[name=satisfaction][value=satisfied]").check()
    page.locator("[name=words]").fill(LAST_WORD)
    crew.see(page)
    send(page)
    says(page, zh("Finished and rated"), zh("You rated it"))
    crew.see(page)
    case = Case.objects.get()
    assert (case.state, Rating.objects.get().solved) == ("rated", True)
    assert list(Step.objects.values_list("seq", flat=True)) == list(range(1, case.steps_count + 1))
    page.goto("/")
    crew.see(page)
    page.goto("/my/")
    says(page, zh("Rated"))
    crew.see(page)


def _what_the_rated_see(crew: Crew, number: str) -> None:
    """The worker sees that it is solved; neither the words nor how satisfied."""
    for name in ("worker", "housing"):
        page = crew[name]
        page.goto(f"/desk/case/{number}/")
        says(page, zh("The resident says: solved."))
        says_not(page, LAST_WORD, zh("Satisfied"))
    stranger = crew["stranger"]
    assert (answer := stranger.goto(f"/desk/case/{number}/")) is not None
    assert answer.status == 404
    crew.see(stranger)
