"""Rule 2 on the wall: facts with a name, in an order that nothing a candidate did can change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proctoring.rules.chain import SignalKind
from app.proctoring.rules.wall import CAMERA, LATE, ON_A_PAGE, Eye, eyes, pane

AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OFF, OLD = Eye.CAMERA_OFF, Eye.PICTURE_LATE


@pytest.mark.parametrize(
    ("since", "picture", "camera", "said"),
    [
        (AT, None, None, ()),
        (AT - LATE, None, None, ()),
        (AT - LATE - SECOND, None, None, (OLD,)),
        (None, None, None, (OLD,)),
        (AT - 5 * LATE, AT - LATE, None, ()),
        (AT - 5 * LATE, AT - LATE - SECOND, None, (OLD,)),
        (AT, AT - 5 * LATE, None, ()),
        (AT, AT, SignalKind.CAMERA_ON, ()),
        (AT, AT, SignalKind.CAMERA_UNMUTED, ()),
        (AT, AT, SignalKind.CAMERA_ENDED, (OFF,)),
        (AT, AT, SignalKind.CAMERA_MUTED, (OFF,)),
        (AT - 5 * LATE, None, SignalKind.CAMERA_FAILED, (OFF, OLD)),
    ],
)
def test_what_a_tile_says_about_pictures(
    since: datetime | None, picture: datetime | None, camera: SignalKind | None, said: tuple[Eye, ...]
) -> None:
    assert eyes(watched=True, since=since, picture_at=picture, camera=camera, at=AT) == said
    assert eyes(watched=False, since=since, picture_at=picture, camera=camera, at=AT) == ()


def test_everything_a_page_says_about_its_camera_is_on_or_off() -> None:
    assert set(CAMERA) == {kind for kind in SignalKind if kind.startswith("camera_")}


@given(st.integers(0, 400), st.integers(-3, 60))
def test_the_pages_of_a_wall_hold_everybody_once(total: int, number: int) -> None:
    shown = pane(total, number)
    assert 1 <= shown.number <= shown.pages
    every = [one for page in range(1, shown.pages + 1) for one in _tiles(pane(total, page))]
    assert every == list(range(1, total + 1))
    assert len(list(_tiles(shown))) <= ON_A_PAGE


def _tiles(shown: object) -> range:
    return range(shown.first, shown.last + 1)  # type: ignore[attr-defined]  # a pane
