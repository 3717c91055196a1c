"""Restrict the requests of markers, which are untrusted data."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from resnet_diagram.app.requests import STDOUT, DrawRequest, Request, TableRequest, sources_of
from resnet_diagram.dataclass import dataclass
from resnet_diagram.errors import EmbedError
from resnet_diagram.reading import is_of_project
from resnet_diagram.sources.code import FILES
from resnet_diagram.sources.resolve import is_code
from resnet_diagram.sources.spec_file import STDIN
from resnet_diagram.spec.catalog import LIBRARIES
from resnet_diagram.spec.paths import is_within, module_and_attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Limits of a document: the folder of its project, and whether code inside it may run."""

    root: Path
    code: bool = True


def trust_in(folder: Path, *, code: bool = True) -> Trust:
    """Return the trust in a folder's documents: its project is its repository, or else the folder."""
    here = folder.resolve()
    root = next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), here)
    return Trust(root=root, code=code)


Checked = TypeVar("Checked", bound=Request)


def check_request(request: Checked, trust: Trust) -> Checked:
    """Return the request of a marker, bound to load code of the project alone.

    Raises EmbedError if it could run code that is not trusted.
    """
    if request.reading.unsafe:
        raise EmbedError(
            "--unsafe runs the code in a file; a marker may not use it. Run the command yourself."
        )
    templates = request.output.templates if isinstance(request, DrawRequest) else None
    templates = request.look.templates if isinstance(request, TableRequest) else templates
    if templates:
        raise EmbedError("--templates loads code; a marker may not use it. Run the command yourself.")
    if request.reading.limit:
        raise EmbedError("--limit allows more work; a marker may not use it. Run the command yourself.")
    for source in sources_of(request):
        if source == STDIN:
            raise EmbedError("A marker may not read standard input. Name a file.")
        if is_code(source) and not trust.code:
            raise EmbedError(
                f"A marker may not load {source!r}: code is switched off. Write it down as a spec file: "
                "resnet-diagram spec."
            )
        if is_code(source) and not _is_trusted(source, request.reading.folder, trust.root):
            raise EmbedError(
                f"A marker may not load {source!r}: expected a network by name, a spec file, code inside "
                f"{str(trust.root)!r}, or a model of {', '.join(LIBRARIES)}."
            )
    return replace(request, reading=replace(request.reading, root=trust.root))


def check_paths(paths: Iterable[Path | None], folder: Path, trust: Trust) -> None:
    """Raise EmbedError if a marker of a document in `folder` writes outside its project or hidden files.

    A document in a hidden folder may write beside itself. A file has the suffix of a format, so that no
    script or makefile is written.
    """
    names = [name for name in paths if name is not None and name != STDOUT]
    if not names:
        return
    from resnet_diagram.render.formats import FORMATS
    from resnet_diagram.tables.render.formats import TABLE_FORMATS

    ends = [suffix for row in (*FORMATS, *TABLE_FORMATS) for suffix in row.suffixes]
    suffixes = {Path(f"name{end}").suffix for end in ends} | {".toml", ".json", ".py"}
    for name in names:
        if name.suffix.lower() not in suffixes:
            raise EmbedError(
                f"A marker may not write {str(name)!r}: expected a file with the suffix of a format, such as "
                ".svg. See 'resnet-diagram list formats'."
            )
        path = (folder / name).resolve()
        inside = path.relative_to(trust.root).parts if path.is_relative_to(trust.root) else (".",)
        checked = inside[-1:] if path.parent == folder.resolve() else inside
        if any(part.startswith(".") for part in checked):
            raise EmbedError(
                f"A marker may not write {str(name)!r}: it is hidden, or not inside {str(trust.root)!r}. "
                "Name a file of the project."
            )


def _is_trusted(source: str, folder: Path, root: Path) -> bool:
    """Return whether a source is code of the project, or a model of a library of models."""
    module, attribute = module_and_attribute(source)
    if not module.replace(".", "").isidentifier() or module.endswith(FILES):
        return is_of_project(folder / Path(module).expanduser(), root)
    top = module.split(".")[0]
    own = [place / name for place in (folder, root, root / "src") for name in (top, f"{top}.py")]
    if top not in sys.stdlib_module_names and any(path.exists() for path in own):
        return True
    is_listed = module in LIBRARIES or any(is_within(module, f"{library}.models") for library in LIBRARIES)
    return is_listed and "." not in attribute
