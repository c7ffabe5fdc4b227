"""Templates that work out at compile time what a language alone decides.

An environment serves one language, so a sentence, an address under the language's prefix, an icon or the
address of a static file with constant arguments is the same in every reply: half the calls of a plain page.
"""

from collections.abc import Callable
from typing import Any

from babel.support import NullTranslations
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup


class _Folder(NodeTransformer):
    def __init__(self, pure: dict[str, Callable[..., object]]) -> None:
        self._pure = pure

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # the visitor's own naming
        node = self.generic_visit(node)  # type: ignore[assignment]  # a call stays a call
        function = self._pure.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if function is None or node.dyn_args is not None or node.dyn_kwargs is not None:
            return node
        if node.kwargs or not all(isinstance(argument, nodes.Const) for argument in node.args):
            return node
        arguments = [argument.value for argument in node.args]  # type: ignore[attr-defined]  # as just seen
        return nodes.Const(function(*arguments), lineno=node.lineno)


class FoldingEnvironment(Environment):
    """An environment whose ``pure`` functions are called once, when a template is compiled.

    ``pure``: name → function of constants only; a template must not use the name for anything else.
    """

    pure: dict[str, Callable[..., object]]

    def fold_sentences(self, sentences: NullTranslations) -> None:
        """Fold sentences without variables as the newstyle functions render them: safe, ``%%`` undone."""

        def sentence(text: str) -> Markup:
            return Markup(sentences.gettext(text)) % {}  # noqa: S704  # the catalogue is ours

        def in_context(context: str, text: str) -> Markup:
            return Markup(sentences.pgettext(context, text)) % {"context": context}  # noqa: S704  # as above

        self.pure |= {"_": sentence, "gettext": sentence, "pgettext": in_context}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        folded: nodes.Template = _Folder(self.pure).visit(source)
        return super()._generate(folded, *args, **kwargs)
