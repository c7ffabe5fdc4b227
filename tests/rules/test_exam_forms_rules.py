"""Forms are disjoint, exact, free of enemies, and the same for the same seed."""

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from app.exams.rules import forms
from app.exams.rules.forms import BankItem, assemble

DOMAINS = {"D1": 3, "D2": 4}


@st.composite
def banks(draw: st.DrawFn) -> list[BankItem]:
    """Banks of single items and case sets, with enemies among them."""
    items: list[BankItem] = []
    for domain in ("D1", "D2", "D3"):
        for number in range(draw(st.integers(0, 9))):
            items.append(BankItem(f"{domain}-{number}", domain))
        for number in range(draw(st.integers(0, 4))):
            size = draw(st.integers(2, 3))
            items += [
                BankItem(f"{domain}-c{number}-{part}", domain, f"{domain}-c{number}") for part in range(size)
            ]
    slugs = [item.slug for item in items]
    if len(slugs) < 2:
        return items
    hostile = draw(st.dictionaries(st.sampled_from(slugs), st.frozensets(st.sampled_from(slugs), max_size=2)))
    return [
        BankItem(item.slug, item.domain, item.stimulus, hostile.get(item.slug, frozenset()) - {item.slug})
        for item in items
    ]


@settings(max_examples=200, deadline=None)
@given(bank=banks(), seed=st.integers(0, 2**31), cases=st.sampled_from([0, 2, 3]), count=st.integers(1, 3))
def test_whatever_is_put_together_keeps_every_rule(
    bank: list[BankItem], seed: int, cases: int, count: int
) -> None:
    made = assemble(bank, domains=DOMAINS, forms=count, cases=cases, seed=seed)
    assert made == assemble(list(reversed(bank)), domains=DOMAINS, forms=count, cases=cases, seed=seed)
    if made is None:
        return
    by_slug = {item.slug: item for item in bank}
    used = [slug for form in made for slug in form]
    assert len(used) == len(set(used)), "forms are disjoint"
    assert len(made) == count
    for form in made:
        items = [by_slug[slug] for slug in form]
        assert Counter(item.domain for item in items) == DOMAINS
        in_cases = sum(item.stimulus is not None for item in items)
        assert in_cases >= cases
        assert in_cases == 0 or cases > 0
        assert [item.domain for item in items] == sorted(item.domain for item in items)
        for item in items:
            mates = {mate.slug for mate in bank if item.stimulus and mate.stimulus == item.stimulus}
            assert mates <= set(form), "a case set stays together"
            strangers = set(form) - mates
            assert not item.enemies & strangers, "enemies never meet"
            if mates:
                places = sorted(form.index(slug) for slug in mates)
                assert places == list(range(places[0], places[0] + len(mates))), "in one run"


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31), spare=st.integers(0, 3))
def test_a_bank_that_has_what_is_asked_for_gives_it(seed: int, spare: int) -> None:
    bank = [BankItem(f"{d}-{n}", d) for d, need in DOMAINS.items() for n in range(2 * need + spare)]
    made = assemble(bank, domains=DOMAINS, forms=2, seed=seed)
    assert made is not None
    assert [len(form) for form in made] == [7, 7]


@settings(max_examples=100, deadline=None)
@given(
    bank=st.lists(st.sampled_from(["hard", "easy"]), min_size=8, max_size=24),
    least=st.integers(0, 4),
    span=st.integers(0, 4),
    count=st.integers(1, 3),
    seed=st.integers(0, 2**31),
)
def test_forms_keep_the_limits_of_their_traits(
    bank: list[str], least: int, span: int, count: int, seed: int
) -> None:
    items = [BankItem(f"i{n}", "D1", traits=frozenset({trait})) for n, trait in enumerate(bank)]
    limits = {"hard": (least, least + span)}
    made = assemble(items, domains={"D1": 4}, forms=count, limits=limits, seed=seed)
    hard, easy = bank.count("hard"), bank.count("easy")
    # each form takes h hard ones of its limits and 4 - h easy ones
    possible = any(
        sum(taken) <= hard and 4 * count - sum(taken) <= easy
        for taken in product(range(least, min(least + span, 4) + 1), repeat=count)
    )
    assert (made is not None) is possible
    for form in made or ():
        assert least <= sum(bank[int(slug[1:])] == "hard" for slug in form) <= least + span


def test_a_form_that_keeps_its_limits_is_left_alone() -> None:
    hard, easy = ([BankItem(f"{kind}{n}", "D1", traits=frozenset({kind})) for n in range(3)] for kind in "he")
    for seed in range(30):
        made = assemble([*hard, *easy], domains={"D1": 1}, forms=3, limits={"h": (1, 1)}, seed=seed)
        assert made is not None
        assert {slug for form in made for slug in form} == {"h0", "h1", "h2"}


def test_an_exchange_for_the_limits_never_brings_enemies_together() -> None:
    hard = frozenset({"hard"})
    bank = [
        BankItem("a", "D1", None, frozenset({"c"})),
        BankItem("b", "D1"),
        BankItem("c", "D1", None, frozenset({"a"}), hard),
    ]
    for seed in range(20):
        made = assemble(bank, domains={"D1": 2}, forms=1, limits={"hard": (1, 1)}, seed=seed)
        assert made is None or set(made[0]) == {"b", "c"}


def test_a_bank_one_item_short_gives_nothing() -> None:
    bank = [BankItem(f"D1-{n}", "D1") for n in range(5)]
    assert assemble(bank, domains={"D1": 3}, forms=2, seed=1) is None
    assert assemble([*bank, BankItem("D1-5", "D1")], domains={"D1": 3}, forms=2, seed=1) is not None


def test_enemies_can_make_a_form_impossible() -> None:
    bank = [BankItem("a", "D1", None, frozenset({"b"})), BankItem("b", "D1")]
    assert assemble(bank, domains={"D1": 2}, forms=1, seed=1) is None
    assert assemble(bank, domains={"D1": 1}, forms=2, seed=1) is not None


def test_a_case_set_that_reaches_beyond_the_blueprint_is_left_out() -> None:
    bank = [BankItem("a", "D1", "case"), BankItem("b", "D9", "case"), BankItem("c", "D1")]
    assert assemble(bank, domains={"D1": 1}, forms=1, seed=1) == (("c",),)
    assert assemble(bank, domains={"D1": 2}, forms=1, cases=1, seed=1) is None


def test_a_search_that_gets_lost_gives_up() -> None:
    crowd = frozenset(f"D1-{n}" for n in range(40))
    bank = [BankItem(f"D1-{n}", "D1", None, crowd - {f"D1-{n}"}) for n in range(40)]
    assert assemble(bank, domains={"D1": 20}, forms=2, seed=1) is None


def test_another_seed_gives_other_forms() -> None:
    bank = [BankItem(f"D1-{n}", "D1") for n in range(30)]
    made = {assemble(bank, domains={"D1": 10}, forms=2, seed=seed) for seed in range(5)}
    assert len(made) == 5


def test_the_form_hash_changes_with_every_fact_it_freezes() -> None:
    places = [("h1", "D1", 1), ("h2", "D2", 1)]
    facts = {"blueprint": "v1", "minutes": 40, "cut_score": 17, "places": places}
    others = [
        {"blueprint": "v2"},
        {"minutes": 41},
        {"cut_score": 16},
        {"places": places[::-1]},
        {"places": [("h1", "D1", 2), ("h2", "D2", 1)]},
    ]
    hashes = {forms.form_hash(**(facts | other)) for other in [{}, *others]}
    assert len(hashes) == 6
    assert all(len(one) == 64 for one in hashes)


def test_a_form_seen_before_never_comes_again() -> None:
    assert forms.choose_form(["a", "b"], ["a"], key="k", may_repeat=False) == "b"
    assert forms.choose_form(["a", "b"], ["a", "b"], key="k", may_repeat=False) is None
    assert forms.choose_form([], [], key="k", may_repeat=True) is None


def test_only_practice_may_repeat_and_only_when_all_were_seen() -> None:
    assert forms.choose_form(["a", "b"], ["b"], key="k", may_repeat=True) == "a"
    assert forms.choose_form(["a", "b"], ["a", "b"], key="k", may_repeat=True) in {"a", "b"}


def test_forms_are_spread_over_candidates() -> None:
    given_out = Counter(
        forms.choose_form(["a", "b"], [], key=f"code-{n}", may_repeat=False) for n in range(400)
    )
    assert min(given_out["a"], given_out["b"]) > 150
