"""The certificate on paper: what it says, how it is built, and what no name can do to it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno

from app.brands.packs import all_brands
from app.certificates.facts import CertificateFacts
from app.certificates.pdf import faces, store
from app.certificates.pdf.render import MARGIN, WIDE, render
from app.certificates.rules.achievements import ANALYST, SCOPES
from app.platform.settings import Settings
from tests.certificates.papers import Page

BRAND = all_brands()["ceasai"]
ZONE = "Asia/Almaty"
AT = datetime(2026, 12, 1, 5, tzinfo=UTC)
FACTS = CertificateFacts(
    number="2VXK90MDQT7EH4CZN8RW",
    kind="certification",
    achievement="analyst",
    title={
        "kk": "ЖИ қауіпсіздігі бойынша сертификатталған талдаушы",
        "ru": "Сертифицированный аналитик по безопасности ИИ",
        "en": "Certified AI Safety Analyst",
    },
    name_cyrillic="Үлгібекұлы Сынақ",
    name_latin="Sample Ulgibekuly",
    body=BRAND.body,
    scheme="CEASAI-AISA",
    scheme_version="1.2",
    level="1",
    scope=SCOPES["CEASAI-AISA", "1.0"],
    issued_at=AT,
    valid_from=AT,
    expires_at=datetime(2028, 12, 1, 5, tzinfo=UTC),
    languages=("kk",),
    status="active",
    reason=None,
    status_since=None,
    specimen=False,
    verify_url="https://ceasai.example/v/2VXK90MDQT7EH4CZN8RW",
    brand_id="ceasai",
    jwt="header.payload.signature",
)
COMPLETION = replace(
    FACTS,
    kind="completion",
    title={"kk": "«ЖИ қауіпсіздігі» курсы", "ru": "Курс «Безопасность ИИ»", "en": "Course “AI safety”"},
    level=None,
    scope=None,
    expires_at=None,
    scheme="ceasai-analyst",
)
LONG_CYRILLIC = ("Әбдірахманұлы-Ғабдулғазизов " * 9)[:200].strip()
LONG_LATIN = ("Abdirakhmanuly-Gabdulgazizov " * 9)[:200].strip()


def page(facts: CertificateFacts = FACTS) -> Page:
    return Page(render(facts, BRAND, ZONE))


def sizes(drawn: Page, *beginnings: str) -> set[float]:
    return {next(text.size for text in drawn.texts if text.text.startswith(start)) for start in beginnings}


@pytest.mark.parametrize("facts", [FACTS, COMPLETION, replace(FACTS, specimen=True)])
def test_every_font_is_embedded_and_none_is_helvetica(facts: CertificateFacts) -> None:
    drawn = page(facts)
    assert drawn.fonts
    for font in drawn.fonts.values():
        assert "/FontFile2" in font.FontDescriptor
        assert "Helvetica" not in str(font.BaseFont)
        assert "Noto" in str(font.BaseFont)


def test_the_same_facts_give_the_same_bytes_and_others_give_others() -> None:
    assert render(FACTS, BRAND, ZONE) == render(FACTS, BRAND, ZONE)
    assert render(FACTS, BRAND, ZONE) != render(replace(FACTS, name_latin="Sample Other"), BRAND, ZONE)


def test_threads_that_draw_at_once_draw_what_one_draws_alone() -> None:
    alone = [render(replace(FACTS, level=str(n)), BRAND, ZONE) for n in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda n: render(replace(FACTS, level=str(n)), BRAND, ZONE), range(6)))
    assert together == alone


def test_the_page_is_a4_landscape() -> None:
    drawn = page()
    _, _, wide, tall = (float(edge) for edge in drawn.page.MediaBox)
    assert (round(wide), round(tall)) == (842, 595)


def test_kazakh_russian_and_english_stand_in_equal_size() -> None:
    drawn = page()
    assert len(sizes(drawn, "ЖИ қауіпсіздігі", "Сертифицированный", "Certified AI")) == 1
    assert len(sizes(drawn, "Иесі бақылаумен", "Владелец сдал", "The holder passed")) == 1
    assert len(sizes(drawn, "Берілген күні", "Дата выдачи", "Date of issue")) == 1
    assert len(sizes(drawn, "2026 жылғы 1 желтоқсан", "1 декабря 2026", "1 December 2026")) == 1
    assert drawn.words.index("желтоқсан") < drawn.words.index("декабря") < drawn.words.index("December")


def test_the_paper_says_both_names_number_scheme_and_dates() -> None:
    words = page().words
    for part in (
        "Үлгібекұлы Сынақ",
        "Sample Ulgibekuly",
        "2VXK-90MD-QT7E-H4CZ-N8RW",
        "CEASAI-AISA, 1.2-нұсқа",
        "CEASAI-AISA, версия 1.2",
        "CEASAI-AISA, version 1.2",
        "2028 жылғы 1 желтоқсан",
        "1 декабря 2028 года",
        "1 December 2028",
        "қазақ тілі",
        "ceasai.example/v/2VXK90MDQT7EH4CZN8RW",
    ):
        assert part in words
    assert "ccredited" not in words


@pytest.mark.parametrize("languages", [("kk",), ("kk", "ru", "en")])
def test_no_fact_is_smaller_than_seven_and_a_half_points(languages: tuple[str, ...]) -> None:
    drawn = page(replace(FACTS, languages=languages))
    facts = [one for one in drawn.texts if one.y < 300 and one.mark is not None]
    assert any("ағылшын" in one.text for one in facts) == ("en" in languages)
    assert min(one.size for one in facts) >= 7.5


def test_the_qr_code_holds_the_verification_address() -> None:
    drawn = page()
    figure = next(mark for mark, element in enumerate(drawn.elements) if str(element.S) == "/Figure")
    dark = {
        (int(-y - 1) - 4, int(x) - 4 + n)
        for x, y, wide, tall in drawn.squares[figure]
        if tall == 1
        for n in range(int(wide))
    }
    matrix = segno.make(FACTS.verify_url, error="m", micro=False).matrix
    assert dark == {(r, c) for r, row in enumerate(matrix) for c, module in enumerate(row) if module}


def test_the_longest_facts_end_above_the_qr_code() -> None:
    """Everything the scheme can say: its own titles and scope, an examination in three languages."""
    facts = replace(FACTS, title=ANALYST.title, languages=("kk", "ru", "en"), specimen=True)
    drawn = page(facts)
    figure = next(element for element in drawn.elements if str(element.S) == "/Figure")
    left, bottom, right, top = (float(edge) for edge in figure.A.BBox)
    inside = [
        one.text for one in drawn.texts if left < one.right and one.x < right and bottom < one.y < top + 4
    ]
    assert inside == []
    assert "1 December 2028" in drawn.words


def test_the_page_is_tagged_with_headings_languages_and_an_alternative_for_the_code() -> None:
    drawn = page()
    root = drawn.pdf.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "kk"
    tags = [str(element.S) for element in drawn.elements]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 3
    headings = [element for element in drawn.elements if str(element.S) == "/H2"]
    assert [str(element.get("/Lang", "kk")) for element in headings] == ["kk", "ru", "en"]
    figure = next(element for element in drawn.elements if str(element.S) == "/Figure")
    assert FACTS.verify_url in str(figure.Alt)
    assert drawn.unmarked == []


def test_the_credential_is_attached_as_associated_file() -> None:
    pdf = page().pdf
    assert pdf.attachments["credential.jwt"].get_file().read_bytes() == b"header.payload.signature"
    assert [str(spec.AFRelationship) for spec in pdf.Root.AF] == ["/Data"]
    assert page(replace(FACTS, jwt=None)).pdf.attachments.keys() == set()


def test_title_and_date_stand_in_the_metadata_and_the_name_does_not() -> None:
    pdf = page().pdf
    with pdf.open_metadata() as xmp:
        assert "2VXK-90MD-QT7E-H4CZ-N8RW" in xmp["dc:title"]
        everything = str(xmp)
    everything += str({key: str(value) for key, value in pdf.docinfo.items()})
    assert "Ulgibek" not in everything
    assert "Үлгібек" not in everything
    assert "D:20261201050000" in everything


@pytest.mark.parametrize("facts", [FACTS, COMPLETION])
def test_a_specimen_says_so_large_in_three_languages_and_nothing_else_does(facts: CertificateFacts) -> None:
    drawn = page(replace(facts, specimen=True))
    assert sizes(drawn, "ҮЛГІ", "ОБРАЗЕЦ", "SPECIMEN") == {18.0}
    assert "SPECIMEN" not in page(facts).words


def test_a_completion_is_plainly_not_a_certification() -> None:
    drawn = page(COMPLETION)
    for part in (
        "Бұл сертификат емес",
        "Это не сертификат",
        "This is not a certification",
        "Курсты аяқтау туралы анықтама",
        "Справка о завершении курса",
        "Certificate of completion",
    ):
        assert part in drawn.words
    for word in ("certified", "сертифицирован", "сертификатталған", "Valid until"):
        assert word.casefold() not in drawn.words.casefold()
    band = [run for run in drawn.squares[None] if run[3] == 1]
    assert len(band) < 150  # the mark alone; a certification's bands have thousands of squares
    assert len([run for run in page().squares[None] if run[3] == 1]) > 1000


@pytest.mark.parametrize("specimen", [False, True])
@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        (LONG_CYRILLIC, LONG_LATIN),
        ("Щ" * 200, "W" * 200),
        ("Ы" * 200, None),
        (None, "W W" * 66),
        ("Сынақ", LONG_LATIN),
    ],
)
def test_a_name_of_200_letters_is_printed_whole_and_touches_nothing(
    cyrillic: str | None, latin: str | None, specimen: bool
) -> None:
    drawn = page(replace(FACTS, name_cyrillic=cyrillic, name_latin=latin, specimen=specimen))
    letters = drawn.words.replace(" ", "").replace("\n", "")
    for name in (cyrillic, latin):
        assert name is None or name.replace(" ", "") in letters
    written = [text for text in drawn.texts if text.mark is not None]
    for text in written:
        assert text.x >= MARGIN - 0.1
        assert text.right <= WIDE - MARGIN + 0.1
    for index, one in enumerate(written):
        for other in written[index + 1 :]:
            apart = (
                one.right <= other.x + 0.1
                or other.right <= one.x + 0.1
                or abs(one.y - other.y) >= 0.72 * (one.size if one.y < other.y else other.size)
            )
            assert apart, (one, other)


def test_a_long_title_shrinks_alike_in_all_languages() -> None:
    title = {"kk": "Ә" + "ұзақ атақ " * 30, "ru": "Короткое", "en": "Short"}
    drawn = page(replace(FACTS, title=title))
    assert len(sizes(drawn, "Әұзақ", "Короткое", "Short")) == 1
    assert max(sizes(drawn, "Short")) < 15


def test_a_name_with_letters_the_fonts_lack_is_left_to_the_credential() -> None:
    drawn = page(replace(FACTS, name_cyrillic=None, name_latin="王小明"))
    assert drawn.words.count("credential.jwt") == 3
    assert "王" not in drawn.words
    assert "\N{REPLACEMENT CHARACTER}" not in drawn.words
    assert [str(element.S) for element in drawn.elements].count("/H1") == 1
    half = page(replace(FACTS, name_latin="王小明"))
    assert "Үлгібекұлы Сынақ" in half.words
    assert "credential.jwt" not in half.words


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        r"Ali) Tj ET \) (",
        "A\x00B\u202eC",
        "Nguyễn Thị Ánh",
        "Ǧülşen Ə. O’Néill",
        "й" + "и\u0306",
    ],
)
def test_whatever_a_name_holds_is_only_letters_on_paper(name: str) -> None:
    drawn = page(replace(FACTS, name_latin=name))
    assert faces.normal(name) in drawn.words
    assert "Certified AI Safety Analyst" in drawn.words
    assert "\x00" not in drawn.words


@pytest.mark.parametrize("face", [faces.SANS, faces.BOLD, faces.SERIF])
def test_the_fonts_hold_every_letter_of_the_three_languages(face: str) -> None:
    kazakh = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    latin = "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜĞİŞÇŁŻŘŐŮƏ"
    assert (
        faces.letters_missing(kazakh + kazakh.lower() + latin + latin.lower() + "0123456789«»–—“”’₸№", face)
        == ""
    )


def test_the_fonts_are_free_to_use() -> None:
    assert "SIL Open Font License" in (faces.FOLDER / "OFL.txt").read_text()


def test_a_drawn_page_is_kept_by_its_content_and_only_for_the_process(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    first = store.document(FACTS, settings)
    kept = list((tmp_path / "cache/certificates").iterdir())
    assert [path.read_bytes() for path in kept] == [first]
    assert kept[0].stat().st_mode & 0o777 == 0o600
    assert kept[0].parent.stat().st_mode & 0o777 == 0o700
    assert store.document(replace(FACTS, status="expired", reason="x"), settings) == first
    assert len(list(kept[0].parent.iterdir())) == 1
    assert store.document(replace(FACTS, name_latin="Sample Other"), settings) != first
    assert len(list(kept[0].parent.iterdir())) == 2


def test_kept_pages_are_thrown_away_after_a_month(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    store.document(FACTS, settings)
    made = datetime.fromtimestamp(next((tmp_path / "cache/certificates").iterdir()).stat().st_mtime, UTC)
    assert store.purge(settings, made + timedelta(days=29)) == 0
    assert store.purge(settings, made + timedelta(days=31)) == 1
    assert store.purge(settings, made + timedelta(days=31)) == 0
