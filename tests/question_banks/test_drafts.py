"""Imported drafts are stored whole or not at all, once, apart from every bank, and come back as they were."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from app.cli import commands
from app.cli.content import store
from app.courses.importer.check import read_content
from app.platform.database import make_engine, read_session
from app.platform.models import AuditEntry
from app.platform.settings import Settings
from app.question_banks import queries
from app.question_banks.errors import BankOfFiles
from app.question_banks.formats import stored
from app.question_banks.formats.gift.reading import read
from app.question_banks.formats.table import READERS, WRITERS
from app.question_banks.models import Bank, DraftSet, ImportedDraft, ItemVersion
from app.question_banks.service import drafts
from tests.courses.content_tree import grow
from tests.world import World

RUN = CliRunner()
TODAY = date(2026, 11, 23)
GIFT = (
    "::d1-001::Қай қала — астана? {=Астана#Дұрыс ~Алматы}\n\n::d1-002::Су қайнайтын температура? {#100:0.5}\n"
)


def keep(world: World, text: str, slug: str = "office") -> drafts.Stored:
    with world.write() as session:
        return drafts.store_drafts(
            session,
            world.clock,
            slug=slug,
            drafts=read(text.encode()).drafts,
            form="gift",
            source_hash="0" * 64,
        )


def counts(world: World) -> tuple[int, int, int]:
    with world.read() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(one))
            for one in (DraftSet, ImportedDraft, AuditEntry)
        )  # type: ignore[return-value]


def test_drafts_are_kept_once_and_a_changed_one_beside_the_older(world: World) -> None:
    first = keep(world, GIFT)
    assert (first.new, first.changed, first.unchanged) == (2, 0, 0)
    rows = counts(world)
    again = keep(world, GIFT)
    assert (again.new, again.changed, again.unchanged, again.written) == (0, 0, 2, 0)
    assert counts(world) == rows, "nothing was written, and nothing audited"
    changed = keep(world, GIFT.replace("Алматы", "Шымкент"))
    assert (changed.new, changed.changed, changed.unchanged) == (0, 1, 1)
    back = keep(world, GIFT)
    assert (back.changed, back.unchanged) == (1, 1), "what it said first is what it says now"
    with world.read() as session:
        source = stored.find_source(session, "office")
        assert source is not None
        assert stored.items_of(session, source) == read(GIFT.encode()).drafts
        assert stored.find_source(session, str(source.id)) == source
        missing = session.scalars(select(ImportedDraft.missing)).all()
        assert missing[0] == ["ru", "en"]


def test_drafts_reach_no_form_no_practice_and_no_file_import_touches_them(
    world: World, tmp_path: Path
) -> None:
    content = read_content(grow(tmp_path), today=TODAY)
    keep(world, GIFT, "sample-practice-drafts")
    before = counts(world)[:2]
    store(world.engine, world.clock, content, demonstration=True)
    store(world.engine, world.clock, content, demonstration=True)
    assert counts(world)[:2] == before
    with world.read() as session:
        slugs = set(session.scalars(select(Bank.slug)))
        assert slugs == {"sample-live", "sample-practice"}
        for slug in [*slugs, "sample-practice-drafts"]:
            assert not {"d1-002"} & {item.slug for item in queries.active_items(session, slug)}
        assert "d1-002" not in {item.slug for item in queries.drawable_items(session, on=TODAY)}
        assert queries.find_bank(session, "sample-practice-drafts") is None
        for stem in session.scalars(select(ItemVersion.stem)):
            assert set(stem) == {"kk", "ru", "en"}
    with pytest.raises(BankOfFiles):
        keep(world, GIFT, "sample-live")


@pytest.mark.parametrize("form", list(WRITERS))
def test_a_bank_of_files_is_exported_and_comes_back_equal(world: World, tmp_path: Path, form: str) -> None:
    store(world.engine, world.clock, read_content(grow(tmp_path), today=TODAY), demonstration=True)
    with world.read() as session:
        source = stored.find_source(session, "sample-live")
        assert source is not None
        items = stored.items_of(session, source)
    assert len(items) == 3
    assert items[0].stimulus is not None
    assert items[0].missing == ()
    assert "domain:D1" in items[0].labels
    parsed = READERS[form](WRITERS[form](items, language=None), language=None)
    assert (parsed.rejected, parsed.unsupported, parsed.language) == ([], [], None)
    assert sorted(parsed.drafts, key=lambda item: item.id) == items


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that has no database yet."""
    monkeypatch.setenv("CEASAI_DATABASE_URL", "")
    monkeypatch.setenv("CEASAI_VAR_DIR", str(tmp_path / "var"))
    return tmp_path


def told(*words: str) -> tuple[int, dict]:
    result = RUN.invoke(commands("bank"), ["bank", *words, "--json"])
    return result.exit_code, json.loads(result.stdout)


def rows(folder: Path) -> int:
    engine = make_engine(Settings(var_dir=folder / "var").database)
    with read_session(engine) as session:
        found = session.scalar(select(func.count()).select_from(ImportedDraft))
    engine.dispose()
    return int(found or 0)


def test_the_command_makes_a_database_and_keeps_what_it_told(nowhere: Path) -> None:
    file = nowhere / "Bank 1.gift"
    file.write_text(GIFT + "\nWhat? {}\n", encoding="utf-8")
    code, dry = told("import", "--format", "gift", "--dry-run", str(file))
    assert (code, dry["items"], dry["accepted"], dry["stored"], dry["rejected"]) == (0, 3, 3, 0, [])
    assert not (nowhere / "var").exists(), "a dry run makes no database"
    code, said = told("import", "--format", "gift", "--language", "kk", str(file))
    assert (code, said["bank"], said["stored"], said["missing"]) == (
        0,
        "bank-1",
        3,
        {"kk": 0, "ru": 3, "en": 3},
    )
    assert rows(nowhere) == 3
    out = nowhere / "out.zip"
    code, said = told("export", "--format", "qti", "--bank", "bank-1", str(out))
    assert (code, said["written"], out.stat().st_mode & 0o777) == (0, 3, 0o600)
    assert READERS["qti"](out.read_bytes(), language=None).drafts[0].stem == {"kk": "Қай қала — астана?"}


def test_one_item_that_is_wrong_leaves_no_row(nowhere: Path) -> None:
    good, bad = nowhere / "good.gift", nowhere / "bad.gift"
    good.write_text(GIFT, encoding="utf-8")
    bad.write_text(f"{GIFT}\nNo right one {{~a ~b}}\n", encoding="utf-8")
    assert told("import", "--format", "gift", str(good))[0] == 0
    code, said = told("import", "--format", "gift", str(bad), "--bank", "other")
    assert (code, said["items"], said["accepted"], said["stored"]) == (1, 3, 2, 0)
    assert said["rejected"] == [{"where": "line 5", "why": "no choice is marked as right"}]
    assert rows(nowhere) == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("import", "--format", "gift", "{}/none.gift"), "cannot be read: No such file"),
        (("import", "--format", "csv", "{}"), "cannot be read: Is a directory"),
        (("import", "--format", "aiken", "{}/empty.txt"), "the file is empty"),
        (("import", "--format", "moodle-xml", "{}/quiz.xml"), "no item of the format moodle-xml was found"),
        (("export", "--format", "csv", "--bank", "none", "{}/out.csv"), "There is no such bank"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_exit_code_tells(
    nowhere: Path, words: tuple[str, ...], why: str
) -> None:
    (nowhere / "empty.txt").touch()
    (nowhere / "quiz.xml").write_text("<quiz></quiz>", encoding="utf-8")
    code, said = told(*(word.format(nowhere) for word in words))
    assert code == 1
    assert why in json.dumps(said)


def test_a_large_file_is_refused_by_its_size_without_being_read(nowhere: Path) -> None:
    large = nowhere / "large.gift"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    code, said = told("import", "--format", "gift", str(large))
    assert (code, said["items"], said["stored"]) == (1, 0, 0)
    assert said["rejected"] == [
        {"where": "large.gift", "why": "the file is 209715200 bytes; at most 33554432 bytes are read"}
    ]


def test_an_item_that_a_format_cannot_hold_stops_the_export_unless_it_may_be_left_out(nowhere: Path) -> None:
    table = nowhere / "t.csv"
    table.write_text(
        "id,type,stem,key,choice_1,choice_2\no-1,ordering,Order,a b,x,y\ns-1,,Which,a,x,y\n", encoding="utf-8"
    )
    assert told("import", "--format", "csv", str(table))[0] == 0
    out = nowhere / "t.gift"
    code, said = told("export", "--format", "gift", "--bank", "t", str(out))
    assert (code, said["written"], out.exists()) == (1, 0, False)
    assert said["unsupported"] == [{"where": "o-1", "why": "GIFT has no items of the type ordering"}]
    code, said = told("export", "--format", "gift", "--bank", "t", "--leave-out", str(out))
    assert (code, said["written"], out.exists()) == (0, 1, True)


def test_the_command_speaks_plainly_without_json(nowhere: Path) -> None:
    file = nowhere / "a.gift"
    file.write_text(GIFT, encoding="utf-8")
    result = RUN.invoke(commands("bank"), ["bank", "import", "--format", "gift", str(file)])
    assert result.exit_code == 0
    assert "2 items, 2 sound, 0 wrong, texts without a language taken as kk" in result.stdout
    assert "2 drafts stored in a" in result.stdout
    assert RUN.invoke(commands("bank"), ["bank", "import", "--format", "word", str(file)]).exit_code == 2
    assert (
        RUN.invoke(
            commands("bank"), ["bank", "import", "--format", "gift", "--language", "de", str(file)]
        ).exit_code
        == 2
    )
