"""Limits of a marker's request: a marker is data, perhaps written by somebody else."""

import re
from pathlib import Path

from resnet_diagram.app.requests import Artifact, DrawRequest, Request, TableRequest, sources_of
from resnet_diagram.errors import EmbedError
from resnet_diagram.sources.resolve import is_code

ZOOS = ("torchvision", "torchvision.models", "timm", "timm.models", "transformers")
"""Installed modules whose models a marker may name."""


def project_root(document: Path) -> Path:
    """Return the root of the repository that holds a document, or else the document's folder."""
    folder = document.resolve().parent
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)


def check_request(request: Request, document: Path) -> None:
    """Raise EmbedError if the request of a marker could run code from outside the document's project."""
    if request.reading.unsafe:
        raise EmbedError(
            "--unsafe runs the code in a file; a marker may not use it. Run the command yourself."
        )
    templates = request.output.templates if isinstance(request, DrawRequest) else None
    templates = request.look.templates if isinstance(request, TableRequest) else templates
    if templates:
        raise EmbedError("--templates loads code; a marker may not use it. Run the command yourself.")
    root = project_root(document)
    for source in sources_of(request):
        if is_code(source) and not _is_trusted(source, request.reading.folder, root):
            raise EmbedError(
                f"A marker may not load {source!r}: expected a network by name, a spec file, code inside "
                f"{str(root)!r}, or a model of {', '.join(zoo for zoo in ZOOS if '.' not in zoo)}."
            )


def check_artifact(artifact: Artifact, document: Path) -> None:
    """Raise EmbedError if a marker writes outside the document's project, or into a hidden folder."""
    root = project_root(document)
    path = (document.parent / (artifact.name or "")).resolve()
    inside = path.relative_to(root).parts if path.is_relative_to(root) else (".",)
    if any(part.startswith(".") for part in inside):
        raise EmbedError(
            f"A marker may not write {str(artifact.name)!r}: it is not inside {str(root)!r}. "
            "Name a file of the project."
        )


def _is_trusted(source: str, folder: Path, root: Path) -> bool:
    """Return whether a source is code of the project, or a model of a library of models."""
    module, _, attribute = re.sub(r"\(.*", "", source, flags=re.DOTALL).rpartition(":")
    module = module or attribute
    if "/" in module or "\\" in module or (folder / module).is_file():
        return (folder / module).resolve().is_relative_to(root)
    top = module.split(".")[0]
    own = [place / name for place in (folder, root) for name in (top, f"{top}.py")]
    if any(path.exists() for path in own):
        return True
    zoo = module in ZOOS or module.startswith(("torchvision.models.", "timm.models.", "transformers."))
    return zoo and "." not in attribute
