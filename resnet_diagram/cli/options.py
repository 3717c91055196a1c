"""Build the commands' options from their declarations, in groups for the help."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from resnet_diagram.app.options.declaration import Option, in_folder, options_in
from resnet_diagram.app.options.options import COMMON, CONTENT, LATEX, MODEL, OTHER, PAGE
from resnet_diagram.app.requests import STDOUT
from resnet_diagram.cli.completion import values_of
from resnet_diagram.cli.messages import loudness_options
from resnet_diagram.limits import ELEMENTS, OPERATIONS
from resnet_diagram.sources.resolve import Reading

SOURCE_HELP = """SOURCE is a network's name (see 'resnet-diagram list networks'), PyTorch code
(package.module:attribute or path/file.py:attribute, optionally with literal arguments:
'net.py:resnet(depth=152)'), a spec file (.toml, .json; - for standard input), or a saved
TorchScript model (.pt) or, with --unsafe, exported program (.pt2)."""

_GROUPS = (COMMON, CONTENT, PAGE, LATEX, MODEL, OTHER)

Decorator = Callable[[Any], Any]


class GroupedOption(click.Option):
    """An option with the heading it is listed under, and its value (`lone`) if none follows."""

    def __init__(self, *args: Any, group: str = OTHER, lone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group, self.lone = group, lone


class GroupedCommand(click.Command):
    """A command that lists its options in groups, and whose options may have optional values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the value of an option with an optional value where none of its values follows."""
        optional = {
            flag: option
            for option in self.params
            if isinstance(option, GroupedOption) and option.lone
            for flag in option.opts
        }
        for at, (word, following) in enumerate(zip(args, [*args[1:], ""], strict=False)):
            option = optional.get(word)
            if option and isinstance(option.type, click.Choice) and following not in option.type.choices:
                args[at] = f"{word}={option.lone}"
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options group by group."""
        groups: dict[str, list[tuple[str, str]]] = {name: [] for name in _GROUPS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record:
                groups[getattr(parameter, "group", OTHER)].append(record)
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)


class FilePath(click.Path):
    """A path; text that no system takes for one is wrong usage."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Fail for an empty text, zero bytes and halves of surrogate pairs."""
        if value == "":
            self.fail("expected the name of a file, got an empty text.", param, ctx)
        try:
            return super().convert(value, param, ctx)
        except ValueError as error:
            self.fail(f"{str(value)!r} is no name of a file: {error}.", param, ctx)


class InputPath(FilePath):
    """A path to read, taken from the folder of the document that holds the command."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path in the folder. Fail if there is nothing of its kind."""
        folder = ctx.find_root().obj if ctx else None
        return super().convert(Path(folder or "") / value, param, ctx)


def option(*flags: str, group: str, **settings: Any) -> Decorator:
    """Return the decorator of an option in a group."""
    return click.option(*flags, cls=GroupedOption, group=group, **settings)


def with_options(*options: Decorator) -> Decorator:
    """Return a decorator that gives a command these options, listed in this order."""

    def decorate(command: Any) -> Any:
        for add in reversed(options):
            command = add(command)
        return command

    return decorate


def declared_options(keywords: type) -> Decorator:
    """Return a decorator that gives a command every option of a TypedDict."""
    declared = options_in(keywords)
    grouped = sorted(declared, key=lambda name: _GROUPS.index(declared[name].group))
    return with_options(*(_declared(name, declared[name]) for name in grouped))


def _declared(name: str, declared: Option) -> Decorator:
    """Return the decorator of one declared option."""
    flag = f"--{name.replace('_', '-')}"
    settings: dict[str, Any] = {"help": declared.help, "group": declared.group, "lone": declared.lone}
    if declared.metavar:
        settings["metavar"] = declared.metavar
    if declared.kind is bool:
        flag = f"{flag}/--no-{flag[2:]}" if declared.default else flag
        return option(
            flag, name, is_flag=True, default=declared.default, show_default=declared.default, **settings
        )
    if declared.kind is tuple and declared.default is None:
        return option(*declared.flags, name, multiple=True, **settings)
    if declared.default not in (None, ""):
        joined = ",".join(declared.default) if declared.kind is tuple else declared.default
        settings |= {"default": joined, "show_default": True}
    elif declared.default == "":
        settings["default"] = ""
    settings["shell_complete"] = values_of(name)
    kind = declared.kind if declared.kind is int else str
    values: Any = click.Choice([str(value) for value in declared.values]) if declared.values else kind
    if declared.kind is Path:
        values = InputPath(path_type=Path, exists=True, file_okay=declared.file, dir_okay=not declared.file)
    return option(flag, name, type=values, **settings)


def choices_of(keywords: type, values: dict[str, Any], folder: Path) -> Any:
    """Take the declared options out of a command's values: lists split, paths taken from `folder`."""
    table = {}
    for name, declared in options_in(keywords).items():
        value = values[name]
        if declared.kind is tuple and isinstance(value, str):
            value = [word for word in value.split(",") if word]
        table[name] = in_folder(value, declared, folder)
    return table


def target_options(output_help: str, to_help: str) -> Decorator:
    """Return the options `-o`, which may be repeated, and `-t` of a command that writes several formats."""
    return with_options(
        option(
            "-o",
            "--output",
            "outputs",
            multiple=True,
            type=FilePath(path_type=Path),
            metavar="FILE",
            group=COMMON,
            help=output_help,
        ),
        option(
            "-t",
            "--to",
            "format_name",
            metavar="FORMAT",
            group=COMMON,
            help=to_help,
            shell_complete=values_of("format_name"),
        ),
    )


output_option = option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    metavar="FILE",
    group=COMMON,
    help="File to write; - for standard output.",
)
"""The option `-o` of a command that writes one file."""

reading_options = with_options(
    option(
        "--input",
        "inputs",
        multiple=True,
        metavar="SHAPE",
        group=MODEL,
        help="Shape of the model's input, such as 3x224x224 or 1x128:int64; repeat for several inputs, as in "
        "mask=1x16:bool or, for parts of dictionaries and lists, batch.image=3x32x32.  "
        "[default: guessed]",
    ),
    option(
        "--weights",
        type=InputPath(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        group=MODEL,
        help="Check that a checkpoint (.pth, .pt, .safetensors) has the names and shapes of the model.",
    ),
    option(
        "--unsafe",
        is_flag=True,
        group=MODEL,
        help="Load pickled models and exported programs. They can run any code: use it only for files you "
        "trust.",
    ),
    option(
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        group=MODEL,
        help=f"Most layers and blocks of a spec file, and most operations of a run.  "
        f"[default: {ELEMENTS:,} and {OPERATIONS:,}]",
    ),
    loudness_options,
)
"""The options for reading sources, and `-q`, `-v`."""


def reading_of(values: dict[str, Any], folder: Path) -> Reading:
    """Return how sources are read, from a command's values."""
    return Reading(
        inputs=tuple(values["inputs"]),
        weights=values["weights"],
        unsafe=values["unsafe"],
        folder=folder,
        limit=values["limit"],
    )


def file_or_stdout(path: Path | None) -> Path | None:
    """Return the file to write; None for standard output, which is also named "-"."""
    return None if path == STDOUT else path
