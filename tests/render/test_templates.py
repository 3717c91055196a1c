"""Templates: the user's come first, and a broken one is named with its line."""

import errno
import marshal
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2.bccache import bc_magic

import resnet_diagram as rd
from resnet_diagram.errors import RenderError
from resnet_diagram.render.dot.render import render_dot
from resnet_diagram.render.mermaid.render import render_mermaid
from resnet_diagram.render.outline import render_outline
from resnet_diagram.render.templates import environment, render
from resnet_diagram.resources import templates_dir
from tests.render.figures import figure, named


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_users_template_comes_first(tmp_path: Path) -> None:
    put(tmp_path, "outline/figure.txt.jinja", "my {{ title }}\n")
    shown = named("resnet50").diagram
    assert render_outline(figure(shown, templates=tmp_path)) == "my resnet50\n"
    assert render_mermaid(figure(shown, templates=tmp_path)) == render_mermaid(named("resnet50"))


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "no text in its checksum": lambda data: data[:60] + b"\xff" * (len(data) - 60),
    "zeros in its code": lambda data: data[:200] + bytes(len(data) - 200),
    "a number for its code": lambda data: data[: data.index(b".", 20) + 1] + marshal.dumps(7),
    "an unknown class in its checksum": lambda data: data[: len(bc_magic)] + b"cno.such\nthing\n.",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    environment.cache_clear()
    yield tmp_path
    environment.cache_clear()


@pytest.mark.parametrize("harm", DAMAGED)
def test_a_damaged_compiled_template_is_made_anew(cache: Path, harm: str) -> None:
    shown = named("resnet18")
    text = render_outline(shown), render_dot(shown)
    files = list(cache.rglob("*.cache"))
    assert len(files) > 1
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(DAMAGED[harm](whole))
        environment.cache_clear()
        assert (render_outline(shown), render_dot(shown)) == text
        assert path.read_bytes() == whole


def test_compiled_templates_that_cannot_be_written_stop_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jinja2.bccache.NamedTemporaryFile", full, raising=False)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    assert render_outline(named("resnet18"))
    assert not list(cache.rglob("*.cache"))


def test_a_template_can_build_on_the_packages_own(tmp_path: Path) -> None:
    own = "{% include 'own/figure.txt.jinja' %}\nwith a last line\n"
    put(tmp_path, "outline/figure.txt.jinja", own)
    shown = named("resnet50")
    text = render_outline(figure(shown.diagram, templates=tmp_path))
    assert text == render_outline(shown) + "with a last line\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\n{% if %}\n", "2 is not valid Jinja"),
        ("one\ntwo\n{{ nothing }}\n", "3 failed: UndefinedError: 'nothing' is undefined"),
        ("{{ 1 / 0 }}\n", "1 failed: ZeroDivisionError"),
        ("{{ title.nothing }}", "1 failed: UndefinedError"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = put(tmp_path, "dot/figure.dot.jinja", text)
    with pytest.raises(RenderError) as caught:
        render_dot(figure(named("resnet50").diagram, templates=tmp_path))
    assert f"{path}:{said}" in str(caught.value)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    put(tmp_path, "dot/figure.dot.jinja", "{% include 'other.jinja' %}")
    with pytest.raises(RenderError, match=r"dot template 'other\.jinja' is in none"):
        render_dot(figure(named("resnet50").diagram, templates=tmp_path))


def test_a_folder_without_templates_changes_nothing(tmp_path: Path) -> None:
    shown = named("resnet50")
    assert render_dot(figure(shown.diagram, templates=tmp_path / "none")) == render_dot(shown)


def test_tikz_has_delimiters_of_its_own(tmp_path: Path) -> None:
    put(
        tmp_path,
        "tikz/t.jinja",
        "\\draw{<< colour >>} <# a remark #>;\n<% if 1 %>\n{{ x }} {% y %} {# z #}\n<% endif %>\n",
    )
    text = render("tikz", "t.jinja", tmp_path, colour="red")
    assert text == "\\draw{red} ;\n{{ x }} {% y %} {# z #}\n"


@pytest.mark.parametrize("path", sorted(templates_dir().glob("*/*.jinja")), ids=lambda path: path.name)
def test_every_template_is_valid(path: Path) -> None:
    loaded = environment(path.parent.name)
    assert loaded.undefined is jinja2.StrictUndefined
    loaded.get_template(path.name)


DOUBLED = "{{% set n = namespace(x='x') %}}{{% for a in range(99) %}}{{% set n.x = {} %}}{{% endfor %}}"
ENDLESS = {
    "a loop": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a filtered loop": "{% for a in range(999) %}{% for b in range(999) if b < 0 %}{% endfor %}{% endfor %}",
    "a loop of itself": "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "a tree of macros": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}"
    "{{ m(90) }}",
    "a caller": "{% macro m() %}{% for a in range(999) %}{{ caller() }}{% endfor %}{% endmacro %}"
    "{% call m() %}{% for a in range(999) %}{% endfor %}{% endcall %}",
    "a large range": "{% for a in range(10 ** 12) %}{% endfor %}",
    "a listed range": "{{ range(10 ** 12) | list }}",
    "a long text": "{{ 'x' * 10 ** 12 }}",
    "a long list": "{{ 10 ** 12 * [1] }}",
    "a large power": "{{ 10 ** (10 ** 10) }}",
    "a wide number": "{{ '%999999999d' % 3 }}",
    "a number of any width": "{{ '%*d' % (999999999, 3) }}",
    "many decimals": "{{ '%.999999999f' % 3 }}",
    "a wide field": "{{ '{:>999999999}'.format(3) }}",
    "a field of any width": "{{ '{:{}}'.format(3, 999999999) }}",
    "a map with a wide field": "{{ '{a:999999999}'.format_map({'a': 3}) }}",
    "a filtered width": "{{ '%999999999d' | format(3) }}",
    "a padded text": "{{ 'x'.ljust(10 ** 9) }}",
    "padding with zeros": "{{ 'x'.zfill(10 ** 9) }}",
    "a centred text": "{{ 'x' | center(10 ** 9) }}",
    "centred texts": "{{ ['x'] | map('center', 10 ** 9) | list }}",
    "an indented text": "{{ 'x' | indent(10 ** 9, true) }}",
    "wide tabs": "{{ '\t'.expandtabs(10 ** 9) }}",
    "a batch": "{{ [1] | batch(10 ** 9, 'x') | list }}",
    "slices": "{{ [1] | slice(10 ** 9) | list }}",
    "bytes of a number": "{{ (1).to_bytes(10 ** 10, 'big') }}",
    "long replacements": "{{ ('x' * 99999).replace('x', 'x' * 99999) }}",
    "filtered replacements": "{{ ('x' * 99999) | replace('x', 'x' * 99999) }}",
    "a long separator": "{{ ('x' * 99999) | join('x' * 99999) }}",
    "a separator of a map": "{{ ('x' * 99999).join(range(99999) | map('string')) }}",
    "words without meaning": "{{ lipsum(n=10 ** 9) }}",
    "a doubled sum": DOUBLED.format("n.x + n.x"),
    "a doubled text": DOUBLED.format("n.x ~ n.x"),
    "a squared number": "{% set n = namespace(x=3) %}"
    "{% for a in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}",
    "nested lists": DOUBLED.format("[n.x, n.x]") + "{{ n.x }}",
    "a list in itself": "{% set l = [1] %}{% for a in range(99) %}{% set _ = l.extend(l) %}{% endfor %}",
    "copies": "{% set l = [] %}{% set t = 'x' * 99999 %}"
    "{% for a in range(99999) %}{% set _ = l.append(t[1:]) %}{% endfor %}",
    "capitals": "{% set l = [] %}{% set t = 'x' * 99999 %}"
    "{% for a in range(99999) %}{% set _ = l.append(t | upper) %}{% endfor %}",
    "a doubled block": "{% set n = namespace(x='x') %}"
    "{% for a in range(99) %}{% set y %}{{ n.x }}{{ n.x }}{% endset %}{% set n.x = y %}{% endfor %}",
    "a block of words": "{% set x %}{% for a in range(99999) %}" + "word " * 999 + "{% endfor %}{% endset %}",
    "a tree of blocks": "{% set n = namespace(x=0) %}{% block b %}{% if n.x < 99 %}"
    "{% set n.x = n.x + 1 %}{{ self.b() }}{{ self.b() }}{% set n.x = n.x - 1 %}{% endif %}{% endblock %}",
    "a tree of templates": "{% set d = d | default(40) - 1 %}{% if d %}"
    "{% include 'figure.dot.jinja' %}{% include 'figure.dot.jinja' %}{% endif %}",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_template_without_an_end_is_stopped(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_diagram.render.sandbox.ROUNDS", 20_000)
    monkeypatch.setattr("resnet_diagram.render.sandbox.TEXT", 20_000_000)
    path = put(tmp_path, "dot/figure.dot.jinja", ENDLESS[kind])
    with pytest.raises(RenderError, match=r"OverflowError|RecursionError|lipsum") as caught:
        render_dot(figure(named("resnet18").diagram, templates=tmp_path))
    assert f"{path}:1 failed" in str(caught.value)


def test_a_template_may_format_and_pad(tmp_path: Path) -> None:
    line = (
        "{{ '{:,} of %5d%%' | format(7) }}{{ '{:,}'.format(25557032) }}{{ 'a'.ljust(3) }}{{ '%.1f' % 2 }}"
        "{{ ['a', 'b'] | batch(3, '-') | first | join(', ') }}{{ ('ab' * 999) | replace('a', 'c') | length }}"
        "{{ '{:>{}}'.format('x', 3) }}{{ 25557032 | default(3) }}{{ 'a' ~ 1 ~ ('b' ~ 2) }}{{ [3, [4]] }}"
    )
    put(tmp_path, "outline/figure.txt.jinja", line)
    shown = render_outline(figure(named("resnet18").diagram, templates=tmp_path))
    assert shown == "{:,} of     7%25,557,032a  2.0a, b, -1998  x25557032a1b2[3, [4]]"


def test_rounds_are_counted_anew_for_each_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resnet_diagram.render.sandbox.ROUNDS", 200)
    put(tmp_path, "outline/figure.txt.jinja", "{% for a in range(90) if a %}.{% endfor %}")
    shown = figure(named("resnet18").diagram, templates=tmp_path)
    assert [render_outline(shown), render_outline(shown)] == ["." * 89] * 2


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ title.__init__.__globals__ }}",
        "{{ (title | attr('__class__')) }}",
        "{{ '{0.__class__}'.format(title) }}",
    ],
)
def test_a_template_does_not_reach_python(tmp_path: Path, text: str) -> None:
    put(tmp_path, "outline/figure.txt.jinja", text)
    with pytest.raises(RenderError, match=r"SecurityError|UndefinedError"):
        render_outline(figure(named("resnet18").diagram, templates=tmp_path))


@pytest.mark.parametrize("name", ["dot", "mermaid", "outline", "svg", "tikz", "typst", "drawio"])
def test_the_packages_own_templates_run_in_the_sandbox(tmp_path: Path, name: str) -> None:
    assert rd.to_text("resnet18", name, templates=tmp_path) == rd.to_text("resnet18", name)


def test_the_readme_names_all_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first column of each section's table has the values that the templates of its folder are given."""
    given: dict[str, set[str]] = {}

    def noted(template: jinja2.Template, **values: Any) -> Iterator[str]:
        folder = Path(template.filename or "").relative_to(templates_dir()).parts[0]
        given.setdefault(folder, set()).update(values)
        yield from generate(template, **values)

    generate = jinja2.Template.generate
    monkeypatch.setattr(jinja2.Template, "generate", noted)
    for form in ("dot", "mermaid", "outline", "tikz", "typst", "drawio"):
        rd.to_text("resnet18", form)
    rd.to_bytes("resnet18", "pptx", view="block")
    for form in ("html", "latex", "markdown", "typst"):
        rd.table("resnet18", form)
    readme = (templates_dir() / "README.md").read_text(encoding="utf-8")
    listed: dict[str, set[str]] = {}
    for section in readme.split("\n## ")[1:]:
        folder = section.partition("/")[0]
        cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        listed[folder] = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert {folder: listed[folder] for folder in given} == given
