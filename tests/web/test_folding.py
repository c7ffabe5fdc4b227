"""What a language alone decides is worked out when a template is compiled, and reads as if it were not."""

import pytest
from babel.support import Translations
from jinja2 import DictLoader
from markupsafe import Markup

from app.kernel.locales import LOCALES
from app.web.folding import FoldingEnvironment
from app.web.pages import environment


class Sentences(Translations):
    """A catalogue that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def gettext(self, message: str) -> str:
        self.asked += 1
        return message.replace("Fish", "Балық & <b>")

    ugettext = gettext  # what jinja2 asks for first

    def pgettext(self, context: str, message: str) -> str:
        self.asked += 1
        return f"{context}:{message}"


SOURCES = {
    "plain": '{{ _("Fish 100%%") }}',
    "block": "{% trans %}Fish 100%{% endtrans %}",
    "context": '{{ pgettext("pond", "Fish") }}',
    "variable": '{{ _("Fish %(n)s", n=name) }}',
    "argument": "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(_('Fish')) }}",
    "mail": "{% autoescape false %}{{ _('Fish') }} {{ name }}{% endautoescape %}",
    "pure": "{{ shout('a') }}{{ shout(name) }}",
}


def made(*, fold: bool) -> tuple[FoldingEnvironment, Sentences]:
    sentences = Sentences()
    env = FoldingEnvironment(loader=DictLoader(SOURCES), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.install_gettext_translations(sentences, newstyle=True)  # type: ignore[attr-defined]
    shout = {"shout": lambda text: Markup("<u>{}</u>").format(text)}
    env.globals.update(shout)
    env.pure = dict(shout) if fold else {}
    if fold:
        env.fold_sentences(sentences)
    return env, sentences


@pytest.mark.parametrize("name", SOURCES)
def test_a_folded_template_says_the_same(name: str) -> None:
    said = [made(fold=fold)[0].get_template(name).render(name="<Өзен>") for fold in (True, False)]
    assert said[0] == said[1] != ""


@pytest.mark.parametrize(("name", "asked"), [("plain", 0), ("block", 0), ("context", 0), ("variable", 1)])
def test_constant_sentences_are_looked_up_once(name: str, asked: int) -> None:
    env, sentences = made(fold=True)
    template = env.get_template(name)
    sentences.asked = 0
    template.render(name="x")
    assert sentences.asked == asked


def test_each_language_folds_its_own_addresses() -> None:
    for locale in LOCALES:
        source = environment(str(locale)).from_string("{{ url('verify') }} {{ url() }} {{ url('v', n=1) }}")
        assert source.render() == f"/{locale}/verify /{locale}/ /{locale}/v?n=1"
