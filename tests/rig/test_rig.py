"""Rule 16 with many: web processes and the worker are killed, connections cut, and no acknowledged answer is lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from app.platform.settings import Settings
from tests.journeys.conftest import free_port
from tests.postgres import Server
from tests.rig.ledger import judge
from tests.rig.run import Scale, run


@pytest.fixture
def rig_settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings of several processes over a PostgreSQL database of this run's own."""
    server, name, port = Server.running(), f"rig_{uuid4().hex}", free_port()
    server.copy(name, "ceasai_template")
    yield Settings(
        database_url=server.database(name),
        var_dir=tmp_path,
        public_base=f"http://127.0.0.1:{port}",
        bind_port=port,
        worker="separate",
    )
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_rule_16_nothing_acknowledged_is_lost_whatever_breaks(
    rig_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = run(rig_settings, Scale())
    with capsys.disabled():
        print("\n" + "\n".join(verdict.lines()))
    assert verdict.findings == []
    # a run in which nothing happened proves nothing
    counts, killed = verdict.ledger.counts, verdict.killed
    assert counts["saves acknowledged"] > 300  # a machine with nothing else to do makes some thousands
    assert killed["web processes"] >= 5
    assert killed["workers"] >= 2
    for what in (
        *(
            "saves without a reply",
            "duplicates",
            "late duplicates",
            "reordered",
            "refused stale",
            "takeovers",
        ),
        *(
            "language switches",
            "refused time-over",
            "refused window-taken",
            "pauses",
            "hand-ins acknowledged",
        ),
    ):
        assert counts[what] > 0, what
    # and the same run with one event of an acknowledged answer taken away is found guilty
    told = next(one.asked for one in verdict.ledger.told if verdict.stored[one.asked.attempt].events)
    kept = verdict.stored[told.attempt]
    robbed = replace(kept, events=tuple(event for event in kept.events if event.place != told.place))
    found = judge(verdict.ledger, verdict.stored | {told.attempt: robbed})
    assert "lost" in {finding.kind for finding in found}
