"""Name the tests that prove each promise of the README."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

CLAIMS = {
    "Draws residual networks from the real PyTorch model": (
        "test_cli.py::test_draw_writes_every_file_asked_for"
    ),
    "as SVG, PDF, PNG, TikZ for LaTeX, Typst, draw.io, PowerPoint,\nMermaid or Graphviz DOT": (
        "render/test_formats.py::test_each_format_is_found_by_name_and_suffix"
    ),
    "A network that is not a chain": "layout/test_lanes.py::test_rows_follow_resolution_and_columns_depth",
    "Each of your own modules is one box with the name of its class": (
        "diagram/test_annotations.py::test_a_unit_is_one_box_that_is_opened_once"
    ),
    "adds braces under stages": (
        "diagram/test_braces.py::test_a_brace_reaches_from_edge_to_edge_of_its_stages"
    ),
    "`--only stage3` draws a part": "diagram/test_only.py::test_a_part_lies_between_its_neighbours",
    "highlights new parts": "diagram/test_baseline.py::test_every_format_shows_what_is_new",
    "fills the boxes by a quantity": "diagram/test_quantity.py::test_levels_follow_the_quantity",
    "lists the differences between two networks": (
        "differences/test_diff.py::test_diff_ends_with_one_where_they_differ"
    ),
    "keeps diagrams in documents up to date": "test_docs.py::test_the_diagrams_in_the_docs_are_fresh",
    "PyTorch code from a dozen lines of TOML": "codegen/test_command.py::test_code_of_a_spec_file",
    "Shortcut kinds, strides, shapes, parameters and multiply-accumulate counts are read from the model": (
        "tracer/structure/test_published.py::test_counts_equal_the_published_table"
    ),
    "options A, B and C": "spec/test_catalog.py::test_option",
    "v1 and v1.5 strides": "tracer/structure/test_catalog.py::test_stride_placement_is_seen",
    "pre-activation, ResNeXt, SE, ResNet-D": "tracer/structure/test_catalog.py::test_timm_equals_the_catalog",
    "Repeated blocks are folded": (
        "diagram/test_overview.py::test_a_stage_shows_its_first_two_blocks_and_its_last"
    ),
    "Each type of block is drawn in\n  full once": (
        "diagram/test_insets.py::test_each_block_is_served_by_one_type"
    ),
    "Projections are dashed": "layout/test_theme.py::test_kinds_of_line_differ_without_colour",
    "of another colour": "layout/test_theme.py::test_kinds_of_shortcut_differ_in_colour_for_every_reader",
    "Figures also work in grey": "layout/test_theme.py::test_shades_differ_in_grey",
    "drawn without importing torch": "test_startup.py::test_a_named_network_never_imports_torch",
    "Your code runs once, without allocating weights": (
        "tracer/load/test_load.py::test_a_constructor_that_asks_for_values"
    ),
    "install the tool and draw the ResNet-152": (
        "tracer/structure/test_catalog.py::test_the_example_equals_the_catalog"
    ),
    "the installation is small": (
        "test_packaging.py::test_the_wheel_ships_the_package_with_templates_and_data"
    ),
    "work in PowerShell, too": "test_docs.py::test_commands_in_the_readme_run_in_powershell_too",
    "a name: `resnet18`": "spec/test_catalog.py::test_blocks_of_each_stage",
    "PyTorch code: `package.module:attribute`": "tracer/load/test_load.py::test_literal_arguments",
    "`--weights net.pth` checks a checkpoint": (
        "tracer/load/test_saved.py::test_everything_that_does_not_fit_is_listed"
    ),
    "a saved TorchScript model (`.pt`)": "tracer/load/test_saved.py::test_torchscript_is_traced",
    "an exported program (`.pt2`)": (
        "tracer/load/test_saved.py::test_an_exported_program_is_traced_with_its_example_input"
    ),
    "a spec file: a dozen lines of TOML": "test_cli.py::test_a_spec_file_draws_as_its_network",
    "`--view` sets the amount of detail": "diagram/test_views.py::test_the_full_view_draws_every_block",
    "fits the figure to a column": "layout/test_fit.py::test_networks_fit_every_column",
    "a slide of shapes with attached connectors": (
        "render/pptx/test_deck.py::test_connectors_are_attached_where_they_end"
    ),
    "writes Table 1 of the 2015 paper": "tables/test_published.py::test_table_1_of_the_resnet_paper",
    "lists the shortcuts of each stage": "tables/test_command.py::test_shortcuts",
    "`resnet-diagram embed` wrote this table": "test_docs.py::test_the_diagrams_in_the_docs_are_fresh",
    "runs the commands in markers": "embed/test_embed.py::test_every_kind_of_document_gets_its_own_format",
    "fails with a diff": "embed/test_embed.py::test_check_shows_what_is_stale_and_writes_nothing",
    "a hook for pre-commit": "test_docs.py::test_the_hooks_for_pre_commit_run_commands_that_exist",
    "a MkDocs fence": "integrations/test_mkdocs.py::test_a_fence_becomes_the_drawing",
    "plain, typed PyTorch file": "codegen/test_style.py::test_the_types_are_right",
    "writes the class of one block": "codegen/test_command.py::test_one_block",
    "with caption and label": (
        "render/tikz/test_placing.py::test_captions_and_labels_are_proposed_and_may_be_given"
    ),
    "prints the lines for the preamble": (
        "render/tikz/test_placing.py::test_the_preamble_alone_is_on_standard_output"
    ),
    "stages are containers to move and fold": (
        "render/drawio/test_in_drawio.py::test_a_folded_stage_hides_its_content_and_keeps_its_flow"
    ),
    "boxes are native shapes": "render/drawio/test_file.py::test_boxes_are_the_shapes_of_drawio",
    "connectors are attached at both ends": (
        "render/drawio/test_in_drawio.py::test_drawio_opens_it_with_all_cells_in_their_places"
    ),
    "as a tooltip": "render/drawio/test_in_drawio.py::test_tooltips_show_the_facts",
    "`describe` prints one row per stage": "test_cli.py::test_describe_prints_a_table",
    "every residual addition": "test_cli.py::test_describe_json_holds_the_facts",
    "`python -m tests` runs ruff, mypy and pytest": "test_claims.py::test_the_test_command_runs_all_three",
}
"""Fragment of the README: test below `tests/` that proves it."""

NO_PROMISES = (
    "A source is one of",
    "In PowerShell:",
    "[Quickstart]",
    "In a checkout, install the test dependencies",
    "[MIT]",
    "![",
)
"""Beginnings of paragraphs that promise nothing."""


def paragraphs() -> list[str]:
    """Return the paragraphs and list items of the README, without headings, code and embedded regions."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"<!-- resnet-diagram: .*?<!-- /resnet-diagram -->", "", text, flags=re.DOTALL)
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    parts = re.split(r"\n\s*\n|\n(?=- )", text)
    return [part.strip().removeprefix("- ") for part in parts if part.strip() and not part.startswith("#")]


@cache
def functions_in(path: Path) -> set[str]:
    """Return the names of the functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("fragment", CLAIMS)
def test_the_promise_is_in_the_readme_and_its_test_exists(fragment: str) -> None:
    file, _, name = CLAIMS[fragment].partition("::")
    assert any(fragment in paragraph for paragraph in paragraphs()), "the README no longer promises this"
    assert name in functions_in(ROOT / "tests" / file)


def test_each_paragraph_names_a_test() -> None:
    unproved = [
        paragraph
        for paragraph in paragraphs()
        if not paragraph.startswith(NO_PROMISES) and not any(fragment in paragraph for fragment in CLAIMS)
    ]
    assert unproved == []


def test_the_test_command_runs_all_three() -> None:
    text = (ROOT / "tests" / "__main__.py").read_text(encoding="utf-8")
    assert all(f'["{tool}"' in text for tool in ("ruff", "mypy", "pytest"))
