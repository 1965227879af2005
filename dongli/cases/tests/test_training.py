"""The trained category suggestion: how often it is right on texts unseen, why, and how it is stored."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dongli.cases import learned, suggesting
from dongli.cases.catalogue import read_table, shipped_catalogue
from dongli.cases.learned import Blend, Model, pieces
from dongli.cases.suggest import Suggester
from dongli.cases.training import (
    SHIPPED_SAYINGS,
    Example,
    Report,
    catalogue_stamp,
    count,
    cross_validate,
    folds_of,
    own_words,
    shipped_examples,
    train,
)

CATALOGUE = shipped_catalogue()
FRESH = read_table(Path(__file__).parent / "data" / "fresh_appeals.csv")


@pytest.fixture(scope="module")
def model() -> Model:
    return train(CATALOGUE, shipped_examples(CATALOGUE))


@pytest.fixture(scope="module")
def blend(model: Model) -> Blend:
    return Blend(CATALOGUE, model)


@pytest.mark.parametrize(
    ("half", "first", "three"), [("tuning", 0.93, 0.97), ("held", 0.88, 0.96), ("after", 0.28, 0.5)]
)
def test_right_on_fresh_appeals(blend: Blend, half: str, first: float, three: float) -> None:
    """Keywords alone: 53, 45 and 12 % first; 68, 58 and 18 % among three.

    “tuning” and “held” were written before any training, and only the errors of “tuning” were looked at; but who
    wrote them also wrote the sayings, so they flatter. “after” was written last, short and roundabout on purpose.
    """
    report, by_code = Report(), {one.code: one for one in CATALOGUE}
    for row in FRESH:
        if row["half"] == half:
            found = [one.code for one in blend.suggest(f"{row['subject']}\n{row['text']}")]
            count(report, by_code, found, row["category_code"])
    assert report.every.tried > 40
    assert report.every.first / report.every.tried >= first
    assert report.every.three / report.every.tried >= three


@dataclass(frozen=True)
class Plain:
    code: str
    name: str
    keywords: tuple[str, ...]
    condition: str = ""
    major_code: str = "1"
    major_name: str = "all"
    line: str = "health"


SMALL = (
    Plain("a", "违停", ("乱停车", "车位")),
    Plain("b", "路灯", ("路灯", "照明")),
    Plain("c", "噪声", ("噪音", "太吵")),
)
SAID = [
    Example("巷子里黑漆漆的看不见\n晚上回家要打手电筒", "b"),
    Example("楼上半夜咚咚响\n孩子没法睡觉", "c"),
    Example("车子堵在门口出不去\n电话也打不通", "a"),
]


def test_what_was_said_is_learned_and_told() -> None:
    (first, *_) = Blend(SMALL, train(SMALL, SAID)).suggest("一到晚上巷子里黑漆漆，老人要拿手电筒", limit=1)
    assert first.code == "b"
    assert any("黑漆漆" in word or "手电" in word for word in first.words)


def test_only_classes_of_the_catalogue_are_suggested(model: Model) -> None:
    some = [one for one in CATALOGUE if one.major_code == "08"]
    found = Blend(some, model).suggest("楼下烧烤摊占道，油烟和噪音大，学校老师补课收费")
    assert found
    assert {one.code for one in found} <= {one.code for one in some}


def test_a_class_unknown_to_the_model_is_found_by_its_keywords(model: Model) -> None:
    new = Plain("9999", "低空飞行器", ("无人机", "航拍"))
    assert Blend([*CATALOGUE, new], model).suggest("无人机天天在窗外航拍")[0].code == "9999"


@pytest.mark.parametrize("text", ["", "  ", "？？？", "abc", "😀" * 50, "嗯", "哈哈哈哈哈", "hello world", "测试测试"])
def test_nothing_is_forced(blend: Blend, text: str) -> None:
    assert blend.suggest(text) == []


def test_at_most_three_best_first_each_with_its_words(blend: Blend) -> None:
    for row in FRESH[::10]:
        found = blend.suggest(f"{row['subject']}\n{row['text']}")
        assert 1 <= len(found) <= 3
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert all(one.words for one in found)
        assert found == blend.suggest(f"{row['subject']}\n{row['text']}")


def test_numbers_and_manners_are_not_learned() -> None:
    assert pieces("尊敬的市长您好：13812345678") == ["0"]
    assert "投诉" not in pieces("投诉某小区")
    assert "路灯" in pieces("B2区反映路灯不亮")


def test_sayings_are_of_classes_that_exist() -> None:
    rows = read_table(SHIPPED_SAYINGS)
    names = {one.code for one in CATALOGUE}
    assert {row["code"] for row in rows} <= names
    assert {one.code for one in CATALOGUE if one.keywords} <= {row["code"] for row in rows}
    assert all(saying.strip() for row in rows for saying in row["sayings"].split("|"))


def test_a_city_s_own_class_does_not_inherit_sayings_by_its_number() -> None:
    said = {one.text for one in own_words([Plain("0501", "水库巡护", ("水库",))])}
    assert said == {"水库巡护 ", "水库"}
    assert shipped_examples([Plain("0501", "水库巡护", ("水库",))]) == []


def test_copies_of_a_text_share_a_fold() -> None:
    texts = ["路灯坏了3天！", "路灯坏了 15 天。", "另一件事"]
    places = folds_of([Example(text, "b") for text in texts], 20)
    assert places[0] == places[1]


def test_cross_validation_does_not_see_what_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [
        Example(f"第{number}处：某某某某甲乙丙丁{'戊己庚辛'[number % 4]}", "abc"[number % 3]) for number in range(24)
    ]
    seen: list[tuple[set[str], set[str]]] = []

    def spy(catalogue: Sequence[Plain], others: Sequence[Example], **_rest: object) -> Model:
        seen.append(({one.text for one in others}, {one.text for one in examples}))
        return train(catalogue, others)

    monkeypatch.setattr("dongli.cases.training.train", spy)
    report = cross_validate(SMALL, examples, 3, base=examples)
    assert report.every.tried == len(examples)
    for learned_from, every in seen:
        assert learned_from < every


def test_a_changed_catalogue_has_another_stamp() -> None:
    assert catalogue_stamp(SMALL) == catalogue_stamp(reversed(SMALL))
    assert catalogue_stamp(SMALL) != catalogue_stamp([*SMALL[:2], replace(SMALL[2], keywords=("太吵",))])


def test_stored_and_loaded_alike(tmp_path: Path) -> None:
    made = train(SMALL, SAID)
    learned.save(made, tmp_path)
    learned.save(made, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    text = "巷子黑漆漆的，路灯坏了"
    assert Blend(SMALL, learned.load(tmp_path)).suggest(text)[0].code == Blend(SMALL, made).suggest(text)[0].code == "b"


def test_the_model_is_taken_up_when_there_is_one(models: Path) -> None:
    assert isinstance(suggesting.suggester_for(SMALL), Suggester)
    learned.save(train(SMALL, SAID), models)
    assert isinstance(suggesting.suggester_for(SMALL), Blend)
    assert suggesting.suggester_for(SMALL) is suggesting.suggester_for(SMALL)


@pytest.mark.parametrize("content", ["", "{}", '{"weights": "categories-1.npy"}', "[1]"])
def test_a_damaged_model_leaves_the_keywords(models: Path, content: str) -> None:
    models.mkdir()
    (models / "categories.json").write_text(content)
    assert suggesting.suggest("路灯坏了", SMALL)[0].code == "b"


def test_the_learning_library_is_not_loaded_to_serve() -> None:
    code = "import dongli.cases.training, dongli.cases.learned, sys; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
