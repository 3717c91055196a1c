"""Measure the English of docstrings and names against fixed limits."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "resnet_diagram"

QUESTION_WORDS = re.compile(
    r"(what|how|where|which|whether|who|whom|whose|when|why|that|those)\b", re.IGNORECASE
)

NOUN_PHRASES = re.compile(
    r"`|(a|an|the|this|these|that|those|it|its|itself|they|their|what|which|all|any|both|each|every|one|many|some"
    r"|several|most|more|less|few|fewer|no|none|nothing|something|everything|whatever|whether|as|of|in|from|with"
    r"|for|at|on|by)\b",
    re.IGNORECASE,
)
"""Begins a docstring that names a result or a rule where a function's begins with a verb."""

VAGUE_NAMES = re.compile(
    "asked|beside|chosen|drawn|everything|filled|fitting|found|given|goes|gone|held|kept|known|made"
    "|meant|most|named|ones?|others?|own|pen|ran|reached|said|same|seen|short|something|sort|stands"
    "|taken|tells|there|these|thing|those|told|turned|usual|wanted|ways?|what|where|whole|wide|worn"
)
"""Names that describe no quantity; a noun of the field says more."""

NO_SENTENCE = ("property", "overload", "command", "group", "option", "argument")
"""Decorators of functions whose docstring is a noun phrase, a help text, or missing."""

QUESTION_LIMIT = 0.02
NOUN_PHRASE_LIMIT = 0.01
VAGUE_LIMIT = 0.01


def trees(root: Path = PACKAGE) -> Iterator[tuple[Path, ast.Module]]:
    """Yield each Python file below `root` with its syntax tree."""
    for path in sorted(root.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of the docstrings of modules, classes, functions, constants and fields."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        scope = isinstance(node, ast.Module | ast.ClassDef)
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        for index, statement in enumerate(body):
            if (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
                and ((index == 0 and documented) or (index > 0 and scope))
            ):
                yield statement.lineno, statement.value.value


def function_docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and docstring of the functions, but for properties, overloads and click's commands."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
        text = ast.get_docstring(node)
        if text and not any(word in decorators for word in NO_SENTENCE):
            yield node.body[0].lineno, text


def bound_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and name of each function, class, parameter, field, variable and loop variable."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name


def asks(docstring: str) -> bool:
    """Return whether the docstring begins with a question word."""
    return QUESTION_WORDS.match(docstring.lstrip()) is not None


def begins_with_verb(docstring: str) -> bool:
    """Return whether the docstring does not begin with an article, determiner, pronoun or backtick."""
    return NOUN_PHRASES.match(docstring.lstrip()) is None


def is_vague(name: str) -> bool:
    """Return whether the name, without leading and trailing underscores, is a vague one."""
    return VAGUE_NAMES.fullmatch(name.strip("_")) is not None


def test_docstrings_begin_with_no_question_word() -> None:
    texts = [
        (f"{path.relative_to(PACKAGE)}:{line}: {text.splitlines()[0]}", asks(text))
        for path, tree in trees()
        for line, text in docstrings(tree)
    ]
    faults = [place for place, fault in texts if fault]
    assert len(faults) <= QUESTION_LIMIT * len(texts), "\n".join(faults)


def test_names_are_nouns_of_the_field() -> None:
    names = [
        (f"{path.relative_to(PACKAGE)}:{line}: {name}", is_vague(name))
        for path, tree in trees()
        for line, name in bound_names(tree)
    ]
    faults = [place for place, fault in names if fault]
    assert len(faults) <= VAGUE_LIMIT * len(names), "\n".join(faults)


@pytest.mark.parametrize("text", ["Return the shape.", "Italicise a word.", "Order the stages.", "Notify."])
def test_verbs_are_recognised(text: str) -> None:
    assert begins_with_verb(text)


@pytest.mark.parametrize(
    "text", ["The shape.", "A sum.", "It in some blocks.", "`[×36]`.", "Of two columns."]
)
def test_noun_phrases_are_recognised(text: str) -> None:
    assert not begins_with_verb(text)


def test_docstrings_of_functions_begin_with_a_verb() -> None:
    texts = [
        (f"{path.relative_to(PACKAGE)}:{line}: {text.splitlines()[0]}", not begins_with_verb(text))
        for path, tree in trees()
        for line, text in function_docstrings(tree)
    ]
    faults = [place for place, fault in texts if fault]
    assert len(texts) > 1000
    assert len(faults) <= NOUN_PHRASE_LIMIT * len(texts), "\n".join(faults)


def test_counts_in_messages_have_no_plural_of_one() -> None:
    pattern = re.compile(r"\{len\([^{}]*\)(?::,)?\} [a-z]+s\b")
    lines = (line for path in PACKAGE.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines())
    several = ("sources", "nodes", "paths", "blocks", "entries")  # after a check that there are several
    assert not [line for line in lines if pattern.search(line) and not any(word in line for word in several)]
