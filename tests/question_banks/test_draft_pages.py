"""A file becomes drafts on a page, all of it or none; a draft becomes an item by four hands and no fewer."""

import ast
import re
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import SQLModel

from app.platform.models import AuditEntry
from app.question_banks import queries
from app.question_banks.formats import stored
from app.question_banks.formats.table import READERS
from app.question_banks.models import Bank, DraftSet, DraftStep, ImportedDraft, Item, ItemDraft, ItemVersion
from app.question_banks.routes import findings as finding
from app.question_banks.rules import BankOrigin, BankPurpose, ItemStatus
from tests import factories
from tests.exams.delivery_world import count
from tests.question_banks.draft_world import (
    GIFT,
    completes,
    draft,
    fields,
    imports,
    office,
    page_of,
    sends,
    set_id,
    steps,
)
from tests.question_banks.formats.hostile import CASES
from tests.world import World

TABLES: tuple[type[SQLModel], ...] = (DraftSet, ImportedDraft, ItemDraft, DraftStep)


def rows(world: World) -> list[int]:
    with world.read() as session:
        return [int(session.scalar(select(func.count()).select_from(one)) or 0) for one in TABLES]


def test_a_dry_run_tells_of_every_item_and_keeps_nothing(world: World) -> None:
    writer = office(world)["instructor"]
    page = sends(writer, GIFT, 200)
    assert "d1-001" in page
    assert "line 1" in page
    assert "Russian, English" in page
    assert rows(world) == [0, 0, 0, 0]


def test_the_file_that_was_looked_at_is_imported_once_chosen_again_and_no_other(world: World) -> None:
    writer = office(world)["instructor"]
    digest = re.search(r'name="sha256" value="(\w{64})"', sends(writer, GIFT, 200))
    assert digest is not None
    other = sends(writer, GIFT.replace("Астана", "Тараз"), 422, step="import", sha256=digest[1])
    assert "This is not the file that you looked at" in other
    assert rows(world) == [0, 0, 0, 0]
    assert sends(writer, GIFT, 303, step="import", sha256=digest[1]).endswith("bank=office&done=imported")
    assert rows(world) == [1, 2, 2, 2]
    assert "d1-002" in writer.get("/en/items?bank=office").text


def test_one_item_that_is_wrong_stops_everything_and_is_told_with_its_line_in_the_readers_language(
    world: World,
) -> None:
    writer = office(world)["instructor"]
    bad = f"{GIFT}\n::x::Сұрақ {{~бұрыс ~қате}}\n"
    told = {
        "kk": ("5-жол", "бірде-бір жауап дұрыс деп белгіленбеген"),
        "ru": ("строка 5", "ни один вариант не отмечен как верный"),
        "en": ("line 5", "no choice is marked as right"),
    }
    for locale, (where, why) in told.items():
        page = sends(writer, bad, 422, locale, step="import", sha256="0" * 64)
        assert where in page
        assert why in page
    assert rows(world) == [0, 0, 0, 0]


def test_a_draft_becomes_an_item_by_author_reviewer_and_checker_and_forms_may_take_it(world: World) -> None:
    people = office(world)
    imports(people["instructor"])
    address = page_of(world)
    page = people["instructor"].get(address).text
    assert "Russian: not every text is written." in page
    assert 'value="submitted"' not in page
    steps(world, people["instructor"], "submitted", 409)
    completes(people["instructor"], address)
    assert (draft(world).missing, draft(world).stale) == ("", "")
    steps(world, people["instructor"], "submitted")
    steps(world, people["item_reviewer"], "content_confirmed")
    assert draft(world).status is ItemStatus.IN_REVIEW
    steps(world, people["translation_checker"], "languages_confirmed")
    assert draft(world).status is ItemStatus.APPROVED
    with world.read() as session:
        assert queries.active_items(session, "office") == []
    steps(world, people["instructor"], "activated", 403)
    steps(world, people["exam_manager"], "activated")
    with world.read() as session:
        (active,) = queries.active_items(session, "office")
        assert (active.slug, active.domain, active.key) == ("d1-001", "D1", ["a"])
        bank = session.scalars(select(Bank)).one()
        assert (bank.origin, bank.purpose) == (BankOrigin.DATABASE, BankPurpose.CERTIFICATION)
        version = session.scalars(select(ItemVersion)).one()
        assert set(version.stem) == {"kk", "ru", "en"}
        assert len({version.roles[who] for who in ("author", "reviewer", "translation_checker")}) == 3
    steps(world, people["exam_manager"], "retired", 422)
    steps(world, people["exam_manager"], "retired", reason="Leaked on a forum")
    with world.read() as session:
        assert queries.active_items(session, "office") == []
    history = people["instructor"].get(address).text
    assert "Leaked on a forum" in history
    with world.read() as session:
        acts = list(session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "item_draft")))
    assert [act.removeprefix("draft.") for act in acts] == [
        "saved",
        "submitted",
        "content_confirmed",
        "languages_confirmed",
        "approved",
        "activated",
        "retired",
    ]


def test_nobody_checks_what_they_wrote_and_nobody_does_both_checks(world: World) -> None:
    everything = world.browser(factories.person(world, "instructor", "item_reviewer", "translation_checker"))
    both = world.browser(factories.person(world, "item_reviewer", "translation_checker"))
    imports(everything)
    completes(everything, page_of(world))
    steps(world, everything, "submitted")
    assert "Whoever wrote a draft" in steps(world, everything, "content_confirmed", 409)
    steps(world, everything, "languages_confirmed", 409)
    assert "d1-001" not in everything.get("/en/items?view=queue").text
    assert "d1-001" in both.get("/en/items?view=queue").text
    steps(world, both, "content_confirmed")
    assert "are two people" in steps(world, both, "languages_confirmed", 409)
    assert "d1-001" not in both.get("/en/items?view=queue").text
    assert draft(world).status is ItemStatus.IN_REVIEW


def test_a_returned_draft_needs_both_checks_anew(world: World) -> None:
    people = office(world)
    imports(people["instructor"])
    completes(people["instructor"], page_of(world))
    steps(world, people["instructor"], "submitted")
    steps(world, people["item_reviewer"], "content_confirmed")
    steps(world, people["translation_checker"], "returned", 422)
    steps(world, people["translation_checker"], "returned", reason="Two words differ")
    assert "Two words differ" in people["instructor"].get(page_of(world)).text
    steps(world, people["instructor"], "submitted")
    steps(world, people["translation_checker"], "languages_confirmed")
    assert draft(world).status is ItemStatus.IN_REVIEW
    steps(world, people["item_reviewer"], "content_confirmed")
    assert draft(world).status is ItemStatus.APPROVED


def test_a_changed_source_marks_the_other_languages_until_they_change_or_somebody_vouches(
    world: World,
) -> None:
    writer, address = office(world)["instructor"], ""
    imports(writer)
    address = page_of(world)
    completes(writer, address)
    sheet = fields(writer.get(f"{address}/text").text)
    writer.post(f"{address}/text", sheet | {"stem-kk": "Қазақстанның астанасы қай қала?"})
    assert draft(world).stale == "ru en"
    assert "d1-001" in writer.get("/en/items?missing=ru").text
    steps(world, writer, "submitted", 409)
    sheet = fields(writer.get(f"{address}/text").text)
    writer.post(f"{address}/text", sheet | {"stem-ru": "Столица Казахстана — какой город?"})
    assert draft(world).stale == "en"
    sheet = fields(writer.get(f"{address}/text").text)
    writer.post(f"{address}/text", sheet | {"vouched": "en"})
    assert draft(world).stale == ""
    steps(world, writer, "submitted")


def test_two_writers_at_once_lose_nothing_that_was_typed(world: World) -> None:
    people = office(world)
    imports(people["instructor"])
    address = page_of(world)
    first = fields(people["instructor"].get(f"{address}/text").text)
    completes(people["exam_manager"], address)
    reply = people["instructor"].post(f"{address}/text", first | {"stem-ru": "Мой вариант вопроса"})
    assert reply.status_code == 409
    assert "Мой вариант вопроса" in reply.text
    assert "Какой город — столица Казахстана?" in reply.text
    assert draft(world).document["stem"]["ru"] == "Какой город — столица Казахстана?"
    assert fields(reply.text)["version"] == str(draft(world).version)


def test_an_item_in_use_gets_a_new_version_beside_the_old_one(world: World) -> None:
    people = office(world)
    imports(people["instructor"])
    for text in ("Which city is the capital of Kazakhstan?", "Which city is Kazakhstan's capital now?"):
        completes(people["instructor"], page_of(world), **{"stem-en": text})
        steps(world, people["instructor"], "submitted")
        steps(world, people["item_reviewer"], "content_confirmed")
        steps(world, people["translation_checker"], "languages_confirmed")
        with world.read() as session:
            active = [one.version_id for one in queries.active_items(session, "office")]
        assert draft(world).version_id not in active
        steps(world, people["exam_manager"], "activated")
        with world.read() as session:
            (now,) = queries.active_items(session, "office")
        assert now.version_id == draft(world).version_id
        steps(world, people["instructor"], "reopened", reason="A clearer text")
        with world.read() as session:
            assert queries.active_items(session, "office") == [now], "what is in use stays in use"
    assert count(world, ItemVersion) == 2
    assert count(world, Item) == 1
    steps(world, people["exam_manager"], "retired", reason="The law changed")
    with world.read() as session:
        assert queries.active_items(session, "office") == []


def test_a_file_imported_again_leaves_what_was_written_here(world: World) -> None:
    writer = office(world)["instructor"]
    imports(writer)
    completes(writer, page_of(world))
    again = GIFT.replace("Қай қала", "Қандай қала").replace("100:0.5", "100:1")
    imports(writer, again)
    assert draft(world).document["stem"]["en"] == "Which city is the capital of Kazakhstan?"
    assert draft(world, "d1-002").document["interaction"] == {"tolerance": "1"}
    assert count(world, ImportedDraft) == 4


def test_what_is_exported_comes_back_equal_and_is_written_down(world: World) -> None:
    people = office(world)
    imports(people["instructor"])
    completes(people["instructor"], page_of(world))
    source = str(set_id(world))
    with world.read() as session:
        found = stored.find_source(session, source)
        assert found is not None
        items = stored.items_of(session, found)
    for form in ("moodle-xml", "gift", "csv", "qti"):
        reply = people["exam_manager"].post("/en/items/export", {"source": source, "format": form})
        assert reply.status_code == 200
        assert "attachment" in reply.headers["content-disposition"]
        assert sorted(READERS[form](reply.content, language=None).drafts, key=lambda one: one.id) == items
    assert people["instructor"].post("/en/items/export", {}).status_code == 403
    with world.read() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "items.exported")).all()
    assert [one.actor_id is not None for one in noted] == [True] * 4


def test_a_file_that_is_too_large_is_refused_in_words_and_read_by_nobody(world: World) -> None:
    writer = office(world)["instructor"]
    assert "larger than 5 MB" in sends(writer, bytes(5 * 1024 * 1024 + 1), 422)
    page = sends(writer, bytes(7 * 1024 * 1024), 413, "ru")
    assert 'lang="ru"' in page
    assert rows(world) == [0, 0, 0, 0]


def test_a_hostile_file_is_refused_in_words_and_leaves_no_row(world: World) -> None:
    writer = office(world)["instructor"]
    said = {"step": "import", "sha256": "0" * 64}
    for name in ("entities", "a zip bomb", "an open quote"):
        form, make = CASES[name]
        page = sends(writer, make()[: 5 * 1024 * 1024], 422, "kk", format=form, **said)
        assert "Файл импортталмайды" in page
    assert rows(world) == [0, 0, 0, 0]


def test_every_sentence_about_a_file_fits_one_that_a_reader_says() -> None:
    """A sentence that no reader says any more would stay untranslated on pages, in silence."""
    folder = Path(finding.__file__).parents[1]
    sources = [*folder.glob("formats/**/*.py"), *folder.glob("importer/*.py"), *folder.glob("service/*.py")]
    sources += [folder / "rules" / "__init__.py", folder / "routes" / "imports.py"]
    said = []
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [one.value if isinstance(one, ast.Constant) else "\0" for one in node.values]
                said.append("".join(map(str, parts)))
    patterns = [
        re.compile(".+?".join(map(re.escape, one.split("\0"))), re.DOTALL) for one in said if "\0" in one
    ]
    for sentence in finding.SENTENCES:
        sample = re.sub(r"%\(\w\)s", "x", sentence)
        assert sample in said or any(one.fullmatch(sample) for one in patterns), sentence


def _said_in_formats() -> list[str]:
    """Every piece of text with a space in the readers, but for docstrings; NUL stands in its holes."""
    found = []

    class Reading(ast.NodeVisitor):
        def visit_Expr(self, node: ast.Expr) -> None:
            if not isinstance(node.value, ast.Constant):
                self.generic_visit(node)

        def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
            parts = [one.value if isinstance(one, ast.Constant) else "\0" for one in node.values]
            found.append("".join(map(str, parts)))

        def visit_Constant(self, node: ast.Constant) -> None:
            if isinstance(node.value, str):
                found.append(node.value)

    for path in sorted((Path(finding.__file__).parents[1] / "formats").glob("**/*.py")):
        if path.name != "columns.py":  # it explains the columns of a table, in the table's own language
            Reading().visit(ast.parse(path.read_text(encoding="utf-8")))
    return [one for one in found if " " in one and len(one) > 12 and "\n" not in one]


NO_FINDINGS = re.compile(
    r"""<.*|"\ class="multilang">|\(\[A-Z\]\).*|ANSWER:.*|reader\ failed|package\ unpacks|byte\ 0x.*
    |the\ (form|address)\ of\ a\ .*|a\ style\ sheet|a\ field\ of\ a\ form""",
    re.VERBOSE,
)
"""Texts of the readers that are no sentence about a file, or a part of one that is said whole elsewhere."""


def test_every_finding_of_a_reader_has_its_sentence_in_the_readers_language() -> None:
    said = _said_in_formats()
    assert len(said) > 100
    samples = [re.sub(r"%\(\w\)s", "x", sentence) for sentence in finding.SENTENCES]

    def known(one: str) -> bool:
        if finding.finding_of("kk", one)[1] == "kk":
            return True
        holes = re.compile(".+?".join(map(re.escape, one.split("\0"))), re.DOTALL)
        return any(holes.fullmatch(sample) for sample in samples)

    assert [one for one in said if not known(one) and not NO_FINDINGS.fullmatch(one)] == []
