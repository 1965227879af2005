"""Roads lead to exactly the cases that `access.visible` lets a viewer see."""

from dongli.cases import access
from dongli.cases.models import Case
from dongli.cases.models.case import Danger
from dongli.cases.queries.roads import roads
from dongli.cases.routing import Where
from dongli.cases.tests.conftest import Stage

PEOPLE = (
    "resident", "captain", "worker", "worker-2", "secretary", "community", "subdistrict", "leader", "district", "city",
    "viewer", "hotline", "housing", "urban", "stranger", "stranger-worker",
)  # fmt: skip


def test_roads_and_the_condition_say_the_same(stage: Stage) -> None:
    stage.accepted()
    stage.closed()
    stage.whistled("housing")
    stage.dispatch(stage.register(stage.file()), to=stage.city.department("housing").id)
    stage.file(where=Where(*stage.city.point_in(stage.city.other_grid)), viewer=stage.viewer("worker"))
    stage.file(danger=Danger.LIFE)
    hidden = stage.file(about="worker")
    assert hidden.hidden_from
    for name in PEOPLE:
        viewer = stage.viewer(name)
        by_road = {case.id for road in roads(viewer) for case in road}
        assert by_road == {case.id for case in Case.objects.filter(access.visible(viewer))}, name
