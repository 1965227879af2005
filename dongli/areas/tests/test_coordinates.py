"""The coordinate systems of Chinese maps against npm gcoord 1.0.7, and against themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dongli.areas import coordinates

# ((WGS-84), (GCJ-02), (BD-09)) as gcoord.transform gives them.
EXPECTED = [
    ((113.134, 27.828), (113.13982873908363, 27.824858905619013), (113.14627381758976, 27.831022570408148)),
    ((113.0, 27.0), (113.00554732455987, 26.99661531213763), (113.0120626066286, 27.002536168080262)),
    ((114.0701, 26.4), (114.0754959605776, 26.39679527527505), (114.08204722928048, 26.40255889652868)),
    ((112.98, 28.02), (112.9855545431998, 28.016606639282074), (112.99213849380476, 28.022282767833836)),
    ((116.3913, 39.9075), (116.39754118159271, 39.90890127616531), (116.40391394350723, 39.91524466370509)),
    ((121.4737, 31.2304), (121.47822305927693, 31.22845773757727), (121.484781468503, 31.234310593689997)),
    ((87.6168, 43.8256), (87.61964994946926, 43.82680539311119), (87.62609977081571, 43.83294979479329)),
    ((100.5, 18.3), (100.50096475019878, 18.2982879556816), (100.50752133608017, 18.303987158004137)),
    ((139.7, 35.7), (139.7, 35.7), (139.70644644984282, 35.70620954995983)),
    ((-0.1276, 51.5072), (-0.1276, 51.5072), (-0.12124249683819777, 51.51321943229962)),
]
# (point, (taken as GCJ-02, in WGS-84), (taken as BD-09, in WGS-84)); gcoord's own inverses stop at 1e-6 degrees.
EXPECTED_INVERSE = [
    ((113.134, 27.828), (113.12816409578173, 27.831134308313224), (113.12166316833748, 27.825174671851617)),
    ((113.0, 27.0), (112.99447283536111, 27.003400597633462), (112.9879415460048, 26.997680926448666)),
    ((116.3913, 39.9075), (116.38506324501837, 39.90610255543024), (116.37865559396015, 39.89986447865786)),
    ((139.7, 35.7), (139.7, 35.7), (139.69357543746727, 35.693679798586366)),
]
china = st.tuples(st.floats(min_value=73.5, max_value=135), st.floats(min_value=3, max_value=53.5))


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), EXPECTED)
def test_forward_agrees_with_gcoord(
    wgs84: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    assert coordinates.wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-11)
    assert coordinates.gcj02_to_bd09(*gcj02) == pytest.approx(bd09, abs=1e-11)
    assert coordinates.wgs84_to_bd09(*wgs84) == pytest.approx(bd09, abs=1e-11)


@pytest.mark.parametrize(("point", "from_gcj02", "from_bd09"), EXPECTED_INVERSE)
def test_inverse_agrees_with_gcoord(
    point: tuple[float, float], from_gcj02: tuple[float, float], from_bd09: tuple[float, float]
) -> None:
    assert coordinates.gcj02_to_wgs84(*point) == pytest.approx(from_gcj02, abs=2e-6)
    assert coordinates.bd09_to_wgs84(*point) == pytest.approx(from_bd09, abs=4e-6)


@given(china)
def test_there_and_back_is_the_same_point(point: tuple[float, float]) -> None:
    assert coordinates.gcj02_to_wgs84(*coordinates.wgs84_to_gcj02(*point)) == pytest.approx(point, abs=2e-9)
    assert coordinates.bd09_to_wgs84(*coordinates.wgs84_to_bd09(*point)) == pytest.approx(point, abs=4e-9)


def test_zhuzhou_is_some_600_metres_off() -> None:
    longitude, latitude = coordinates.wgs84_to_gcj02(113.134, 27.828)
    east = (longitude - 113.134) * 111_320 * math.cos(math.radians(27.828))
    north = (latitude - 27.828) * 111_320
    assert 550 < math.hypot(east, north) < 750
