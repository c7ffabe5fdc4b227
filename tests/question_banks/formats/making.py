"""Draft items of every type for property tests: words that formats trip over, in every mix of languages."""

from hypothesis import strategies as st

from app.kernel.locales import LOCALES
from app.question_banks.formats.building import TRUE_FALSE_TEXTS
from app.question_banks.formats.check import ACTIVE, HIDDEN
from app.question_banks.formats.draft import DraftChoice, DraftItem, DraftStimulus, letters, tidy

PIECES = [
    "Қауіпсіздік", "әғқңөұүһі ӘҒҚҢӨҰҮҺІ", "ответ", "item", "~", "=", "#", "{", "}", ":", "\\", "\\n", "\\\\", "->", "//", "::",
    "\n", "\n\n", "\n\n\n", " ", "  ", "&amp;", "&lt;b&gt;", "&#233;", "&nbsp;", "<b>", "a<b", "<", ">", "<br>", "<![CDATA[x]]>",
    "]]>", "<!--", "?>", "%50%", "%", "[html]", "[", "]", "$CATEGORY: x", "ANSWER: A", "A.", "“”«»", '"', "'", '""', ",", ";", "\t",
    "|", "=1+1", "+2", "-3", "@x", "🙂", "👩\u200d🔬", "e\u0301", "и\u0306", "\u00a0", "\u2028", "{mlang kk}", "_____", "TRUE", "*", "\\*",
    "</p>", "\u0301", "×²₃", "1.5", "^", "&", "&unknown;", "\ufe0f", "\r\n",
]  # fmt: skip


def _sound(text: str) -> bool:
    return bool(text.strip()) and not HIDDEN.search(text) and not ACTIVE.search(text) and "{mlang" not in text


letters_of_any = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn", "Cf")), max_size=8)
words = (
    st.lists(st.one_of(st.sampled_from(PIECES), letters_of_any), min_size=1, max_size=6)
    .map(lambda parts: tidy("".join(parts)))
    .filter(_sound)
)
line = words.map(lambda text: tidy(text.replace("\n", " "))).filter(str.strip)
languages = st.lists(st.sampled_from([str(one) for one in LOCALES]), min_size=1, max_size=3, unique=True)
ids = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)


def texts(named: list[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({locale: words for locale in named})


@st.composite
def choices(draw: st.DrawFn, named: list[str], least: int = 2) -> tuple[DraftChoice, ...]:
    count = draw(st.integers(least, 5))
    own = draw(st.one_of(st.none(), st.lists(ids, min_size=count, max_size=count, unique=True)))
    said = {locale: draw(st.lists(words, min_size=count, max_size=count, unique=True)) for locale in named}
    made = []
    for at in range(count):
        rationale = draw(st.one_of(st.just({}), texts(named)))
        made.append(
            DraftChoice(
                own[at] if own else letters(at), {locale: said[locale][at] for locale in named}, rationale
            )
        )
    return tuple(made)


@st.composite
def items(draw: st.DrawFn, kind: str) -> DraftItem:
    named = draw(languages)
    said: dict = {}
    if kind == "single":
        said["choices"] = draw(choices(named))
        said["key"] = (draw(st.sampled_from([one.id for one in said["choices"]])),)
    elif kind == "multiple":
        said["choices"] = draw(choices(named))
        listed = [one.id for one in said["choices"]]
        right = draw(st.sets(st.sampled_from(listed), min_size=1))
        said["key"] = tuple(id_ for id_ in listed if id_ in right)
        said["scoring"] = draw(st.sampled_from(["all_or_nothing", "plus_minus"]))
    elif kind == "true_false":
        own = draw(st.booleans())
        said["choices"] = tuple(
            DraftChoice(
                word,
                {locale: draw(words) + word for locale in named} if own else TRUE_FALSE_TEXTS[word],
                draw(st.one_of(st.just({}), texts(named))),
            )
            for word in ("true", "false")
        )
        said["key"] = (draw(st.sampled_from(["true", "false"])),)
    elif kind == "matching":
        said["choices"] = draw(choices(named))
        targets = draw(choices(named))
        own = draw(st.booleans())
        named_targets = [f"t{at}" if not own else f"x{one.id}" for at, one in enumerate(targets, 1)]
        said["key"] = tuple(f"{one.id}={draw(st.sampled_from(named_targets))}" for one in said["choices"])
        listed = [{"id": id_, "text": one.text} for id_, one in zip(named_targets, targets, strict=True)]
        said["interaction"] = {"targets": listed}
        said["scoring"] = draw(st.sampled_from(["all_or_nothing", "per_pair"]))
    elif kind == "ordering":
        said["choices"] = draw(choices(named))
        said["key"] = tuple(draw(st.permutations([one.id for one in said["choices"]])))
        said["scoring"] = draw(st.sampled_from(["all_or_nothing", "order_adjacent"]))
    elif kind == "numeric":
        number = st.decimals(-(10**6), 10**6, places=3, allow_nan=False).map(lambda one: f"{one:f}")
        said["key"] = (draw(number.filter(lambda one: float(one) != 0)),)
        said["interaction"] = {"tolerance": draw(st.sampled_from(["0", "0.01", "2", "0.50"]))}
    elif kind == "short_text":
        accepted = {locale: draw(st.lists(line, min_size=1, max_size=3, unique=True)) for locale in named}
        said["interaction"] = {"accepted": accepted, "case_sensitive": draw(st.booleans())}
    else:
        rubric = draw(st.lists(texts(named), min_size=1, max_size=3))
        said["interaction"] = {"rubric": rubric, "words": draw(st.integers(0, 900))}
    case = draw(st.one_of(st.none(), texts(named)))
    return DraftItem(
        id=draw(ids),
        type=kind,
        stem=draw(texts(named)),
        points=draw(st.integers(1, 9)),
        labels=tuple(
            draw(
                st.lists(st.sampled_from(["domain:D1", "task:T7", "source:Заң «№ 230» | 3-бап"]), unique=True)
            )
        ),
        stimulus=DraftStimulus("c-1", case) if case else None,
        **said,
    )
