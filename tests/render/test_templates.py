"""Templates: the user's come first, and a broken one is named with its line."""

from pathlib import Path

import jinja2
import pytest

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
