"""The command line as a user meets it: what is written, what is said, with which exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resnet_diagram.cli.main import main

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "resnet.py"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def refused(*arguments: str, code: int) -> str:
    """The message of a command that must fail, without a traceback."""
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def test_draw_writes_every_file_asked_for(tmp_path: Path) -> None:
    names = ("r.svg", "r.tex", "r.mmd", "r.dot", "r.gv", "r.json", "r.txt")
    result = run("draw", "resnet152", *(word for name in names for word in ("-o", str(tmp_path / name))))
    assert (result.exit_code, result.output) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert (tmp_path / "r.dot").read_bytes() == (tmp_path / "r.gv").read_bytes()
    for name in names:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert name == "r.json" or ("[×36]" in text or r"{\times}36]" in text), name


def test_draw_to_standard_output_is_the_artefact_only() -> None:
    result = run("draw", "resnet18", "-t", "svg")
    assert result.exit_code == 0
    assert result.stdout.startswith(("<svg", "<?xml"))
    assert result.stdout.rstrip().endswith("</svg>")
    assert result.stderr == ""


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF-1.5"), ("png", b"\x89PNG")])
def test_bytes_go_to_standard_output_where_it_is_no_terminal(form: str, start: bytes) -> None:
    pytest.importorskip("typst")
    result = run("draw", "resnet18", "-t", form)
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(start)
    assert result.stderr == ""


def test_bytes_do_not_go_to_a_terminal() -> None:
    near, far = os.openpty()
    code = "import sys; from resnet_diagram.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "draw", "resnet18", "-t", "png"]
    done = subprocess.run(command, stdout=far, stderr=subprocess.PIPE, text=True, check=False)
    os.close(far)
    os.close(near)
    assert done.returncode == 2
    assert "png is not text, and standard output is a terminal: name a file (-o figure.png)" in done.stderr


def test_dpi_sets_the_size_of_a_png(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    for dpi in ("100", "200"):
        assert run("draw", "resnet18", "--dpi", dpi, "-o", str(tmp_path / f"{dpi}.png")).exit_code == 0
    heights = [int.from_bytes((tmp_path / f"{dpi}.png").read_bytes()[20:24]) for dpi in (100, 200)]
    assert heights[1] == pytest.approx(2 * heights[0], abs=2)


def test_a_resolution_out_of_range_is_a_wrong_call() -> None:
    message = refused("draw", "resnet18", "-t", "png", "--dpi", "5", code=2)
    assert "--dpi 5: expected pixels per inch, 10 to 2400" in message


def test_to_overrides_the_suffix(tmp_path: Path) -> None:
    assert run("draw", "resnet18", "-t", "mermaid", "-o", str(tmp_path / "net.txt")).exit_code == 0
    assert "flowchart" in (tmp_path / "net.txt").read_text(encoding="utf-8")


def test_same_input_same_bytes_across_processes() -> None:
    def output(seed: str) -> bytes:
        code = "import sys; from resnet_diagram.cli.main import main; main(sys.argv[1:])"
        command = [sys.executable, "-c", code, "draw", "resnet50", "-t", "svg"]
        return subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}).stdout

    assert output("1") == output("2")


def test_a_spec_file_draws_as_its_network(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    assert run("spec", "resnext50_32x4d", "-o", str(path)).exit_code == 0
    assert run("draw", str(path), "-t", "svg").stdout == run("draw", "resnext50_32x4d", "-t", "svg").stdout
    assert run("spec", str(path), "-t", "json").stdout == path.read_text(encoding="utf-8")


def test_describe_prints_a_table() -> None:
    output = run("describe", "resnet50").stdout
    assert "25,557,032" in output
    assert "shortcut option B" in output
    assert "layer3" in output


def test_describe_json_holds_the_facts() -> None:
    facts = json.loads(run("describe", "resnet152", "--json").stdout)
    assert set(facts) == {
        "name", "source", "input_shape", "depth", "params", "macs", "activations", "receptive_field",
        "option", "notes", "stopped_at", "stages", "residuals", "other_merges", "idle",
        "shared", "inputs", "outputs",
    }  # fmt: skip
    assert facts["depth"] == 152
    assert facts["option"] == "B"
    assert [stage["blocks"] for stage in facts["stages"]] == [3, 8, 36, 3]
    first, second = facts["residuals"][:2]
    assert (first["shortcut"], first["in_shape"], first["out_shape"]) == (
        "projection",
        [64, 56, 56],
        [256, 56, 56],
    )
    assert second["shortcut"] == "identity"
    assert len(facts["residuals"]) == 50


@pytest.mark.parametrize("what", ["networks", "formats", "themes"])
def test_list(what: str) -> None:
    result = run("list", what)
    assert result.exit_code == 0
    assert {"networks": "resnet1202-c", "formats": "mermaid", "themes": "dark"}[what] in result.stdout


def test_unknown_name_suggests() -> None:
    message = refused("draw", "resnet5O", "-t", "svg", code=1)
    assert "'resnet5O'" in message
    assert "'resnet50'" in message
    assert "list networks" in message


@pytest.mark.parametrize("arguments", [("-t", "svgg"), ("-o", "figure.svgg")])
def test_unknown_format_suggests(arguments: tuple[str, str]) -> None:
    message = refused("draw", "resnet50", *arguments, code=2)
    assert "svg" in message
    assert "mermaid" in message


def test_no_output_is_a_wrong_call() -> None:
    assert "-o figure.svg" in refused("draw", "resnet50", code=2)


@pytest.mark.parametrize("command", ["draw", "table", "spec", "code", "annotate"])
def test_a_file_without_a_name_is_a_wrong_call(command: str) -> None:
    assert "got an empty text" in refused(command, "resnet50", "-o", "", code=2)


def test_unknown_theme_suggests() -> None:
    assert "paper" in refused("draw", "resnet50", "-t", "svg", "--theme", "papre", code=2)


def test_missing_spec_file() -> None:
    assert "nowhere.json" in refused("draw", "nowhere.json", "-t", "svg", code=1)


def test_input_for_a_named_network() -> None:
    assert "--input" in refused("draw", "resnet50", "-t", "svg", "--input", "3x224x224", code=2)


def test_missing_folder_writes_nothing(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "r.svg"
    message = refused("draw", "resnet18", "-o", str(tmp_path / "r.dot"), "-o", str(missing), code=1)
    assert "none" in message
    assert list(tmp_path.iterdir()) == []


def test_a_failing_format_leaves_no_file(tmp_path: Path) -> None:
    templates = tmp_path / "mine" / "svg"
    templates.mkdir(parents=True)
    (templates / "figure.svg.jinja").write_text("{{ nothing_of_this_name }}", encoding="utf-8")
    arguments = (
        "-o",
        str(tmp_path / "r.dot"),
        "-o",
        str(tmp_path / "r.svg"),
        "--templates",
        str(templates.parent),
    )
    message = refused("draw", "resnet18", *arguments, code=1)
    assert "nothing_of_this_name" in message
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_spec_with_a_wrong_key(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    text = run("spec", "resnet18", "-t", "json").stdout
    path.write_text(text.replace('"input_shape"', '"input_shapes"', 1), encoding="utf-8")
    message = refused("draw", str(path), "-t", "svg", code=1)
    assert "input_shapes" in message
    assert "net.json" in message


def test_spec_whose_shapes_do_not_join(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    network = json.loads(run("spec", "resnet18", "-t", "json").stdout)
    network["stem"][0]["out_shape"] = [65, 112, 112]
    path.write_text(json.dumps(network), encoding="utf-8")
    assert "65" in refused("draw", str(path), "-t", "svg", code=1)


def test_torch_missing_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')")
    code = "import sys; from resnet_diagram.cli.main import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, "draw", f"{EXAMPLE}:resnet18", "-t", "svg"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "pip install 'torch>=2.4'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_no_traceback() -> None:
    code = "import sys; from resnet_diagram.cli.main import main; main(sys.argv[1:])"
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-c", code, "draw", "resnet18", "-t", "svg"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_traceback() -> None:
    code = "import sys; from resnet_diagram.cli.main import main; main(sys.argv[1:])"
    command = f"{sys.executable} -c '{code}' draw resnet1202 -t json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert len(done.stdout) == 10
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_several_sources_are_written_by_their_names(tmp_path: Path) -> None:
    result = run(
        "draw",
        "resnet18",
        "resnet34",
        "-o",
        str(tmp_path / "a-{name}.svg"),
        "-o",
        str(tmp_path / "{name}.mmd"),
    )
    assert (result.exit_code, result.output) == (0, "")
    names = ["a-resnet18.svg", "a-resnet34.svg", "resnet18.mmd", "resnet34.mmd"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_several_sources_without_names_are_refused() -> None:
    said = refused("draw", "resnet18", "resnet34", "-t", "svg", code=2)
    assert "--view compare" in said
    assert "{name}" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("draw resnet18 -o {nam}.svg", "'{nam}' in '{nam}.svg'; expected {name}"),
        ("draw resnet18 resnet34 -o {name}-{}.svg", "'{}' in '{name}-{}.svg'; expected {name}"),
        ("draw resnet18 -o {Name}.tex -o {name}.svg", "'{Name}'"),
        ("table resnet18 -o {name}.md", "'{name}' in '{name}.md'; name one file"),
        ("spec resnet18 -o {name}.toml", "name one file"),
        ("code resnet18 -o {network}.py", "name one file"),
    ],
)
def test_braces_that_nothing_replaces_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in refused(*words.split(), code=2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("model.onnx", "There is no file 'model.onnx'"),
        ("here.onnx", "'here.onnx' holds no model of PyTorch"),
        ("here.yaml", "'here.yaml' holds no model of PyTorch"),
        ("https://example.org/net.py", "nothing is downloaded"),
        ("s3://weights/net.pth", "nothing is downloaded"),
        ("resnet50(num_classes=10)", "resnet-diagram spec resnet50 -o net.toml"),
        ("ResNet-18(pretrained=True)", "takes no arguments"),
    ],
)
def test_sources_of_other_kinds_are_told_from_missing_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("here.onnx", "here.yaml"):
        Path(name).touch()
    assert message in " ".join(refused("draw", source, "-t", "svg", code=1).split())


def test_quiet_tells_no_notes_and_verbose_tells_more(tmp_path: Path) -> None:
    source = f"{EXAMPLE}:resnet(depth=18)"
    assert "Note: " in run("draw", source, "-t", "dot").stderr
    assert run("draw", "-q", source, "-t", "dot").stderr == ""
    assert run("-q", "draw", source, "-t", "dot").stderr == ""
    told = run("draw", "-v", "resnet18", "-o", str(tmp_path / "a.svg")).stderr
    assert told.splitlines() == ["Reading resnet18", f"Wrote {tmp_path / 'a.svg'} (svg)"]


def test_the_hint_on_a_guessed_input_is_for_code_alone(tmp_path: Path) -> None:
    source, saved = f"{EXAMPLE}:resnet(depth=18)", str(tmp_path / "net.json")
    assert "was guessed; --input sets it" in run("spec", source, "-o", saved).stderr
    told = run("draw", saved, "-t", "dot").stderr
    assert "was guessed" in told
    assert "--input" not in told
    facts = run("describe", source, "--json").stdout
    assert "was guessed" in facts
    assert "--input" not in facts


OUTPUTS = (
    *(f"draw other.toml -t {form}" for form in ("svg", "tikz", "mermaid", "dot", "outline", "typst", "json")),
    "describe other.toml", "describe --json other.toml", "table other.toml", "table other.toml -t markdown",
    "diff other.toml resnet34", "diff --json other.toml resnet34", "check other.toml --against resnet34",
    "annotate other.toml", "list networks", "list formats", "embed --check page.md",
    "code other.toml", "--help",
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "cp936", "ascii"])
def test_standard_output_is_utf_8_in_any_terminal(encoding: str, tmp_path: Path) -> None:
    spec = 'name = "残差→ş"\nblock = "basic"\ndepths = [2, 2]\n'
    (tmp_path / "other.toml").write_text(spec, encoding="utf-8")
    page = "<!-- resnet-diagram: describe other.toml -->\n<!-- /resnet-diagram -->\n"
    (tmp_path / "page.md").write_text(page, encoding="utf-8")
    code = (
        "import sys\nfrom resnet_diagram.cli.main import main\n"
        "for line in sys.argv[1:]:\n"
        "    try: main(line.split())\n"
        "    except SystemExit as end: print('|', line, end.code, file=sys.stderr)\n"
        "    sys.stdout.flush()\n"
    )
    done = [
        subprocess.run(
            [sys.executable, "-c", code, *OUTPUTS],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": name},
            capture_output=True,
        )
        for name in (encoding, "utf-8")
    ]
    assert done[0].stdout == done[1].stdout
    assert "残差→ş" in done[0].stdout.decode("utf-8")
    assert b"Internal error" not in done[0].stderr
    ends = [line.rpartition(b" ")[2] for line in done[0].stderr.splitlines() if line.startswith(b"| ")]
    assert len(ends) == len(OUTPUTS)
    assert set(ends) <= {b"0", b"1"}


def test_no_summary_of_a_command_is_cut_off() -> None:
    text = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout
    listed = text.partition("Commands:")[2].splitlines()[1:]
    assert len(listed) > 8
    assert [line for line in listed if not line.endswith(".") or line.endswith("...")] == []
