"""How sentences are found in Python files: marked calls, and the code of every refusal."""

import ast
from collections.abc import Collection, Generator, Mapping
from io import BytesIO
from typing import Any

from babel.messages.extract import extract_python

Found = tuple[int, str, Any, list[str]]


def _codes(source: bytes) -> Generator[Found, None, None]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            if (
                isinstance(line, ast.Assign)
                and isinstance(line.targets[0], ast.Name)
                and line.targets[0].id == "code"
                and isinstance(line.value, ast.Constant)
                and isinstance(line.value.value, str)
            ):
                about = (ast.get_docstring(node) or "").split("\n")[0]
                yield line.lineno, "pgettext", ("error", line.value.value), [about] if about else []


def python(
    fileobj: Any, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Generator[Found, None, None]:
    """Marked calls, and ``code = "…"`` of classes under the context ``error``."""
    source = fileobj.read()
    yield from extract_python(BytesIO(source), keywords, comment_tags, options)  # type: ignore[arg-type, misc]
    yield from _codes(source)


error_codes = python
