"""Run the commands in the markers of documents, and insert their results between the markers."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from resnet_diagram.app.log import Log
from resnet_diagram.app.make import make
from resnet_diagram.app.requests import Artifact, Request, paths_of, with_id_prefix
from resnet_diagram.app.trust import Trust, check_paths, check_request, trust_in
from resnet_diagram.dataclass import dataclass
from resnet_diagram.embed.bodies import body, reference_in
from resnet_diagram.embed.document import Document, Part, rewritten
from resnet_diagram.embed.edited import Author, author_of, is_same, with_digest
from resnet_diagram.embed.markers import Region
from resnet_diagram.embed.syntax import Syntax
from resnet_diagram.errors import EmbedError, ResnetDiagramError
from resnet_diagram.reading import confined_to, read_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The request of a marker; `quiet`: without notes."""

    request: Request
    quiet: bool


Parse = Callable[[Sequence[str], Path, str], Parsed]
"""Words of a command, the folder of its paths and the format if the command has none, to a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A file's present content, None if it does not exist, and its new content.

    `author`: who wrote the present content; `place`: the marker that writes the file.
    """

    path: Path
    old: bytes | None
    new: bytes
    author: Author = Author.TOOL
    place: str = ""

    @property
    def is_fresh(self) -> bool:
        """Return whether the present content is the new one."""
        return self.old is not None and is_same(self.old, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A region with its document; `number`: its position among the regions of the document, from 1."""

    document: Document
    part: Part
    region: Region
    number: int

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.part.where}:{self.region.line}"


def updates(documents: Sequence[Document], parse: Parse, log: Log, *, code: bool = True) -> list[Update]:
    """Return the files beside the documents, then the documents. Raise EmbedError where a marker fails.

    Without `code`, no marker may load any.
    """
    markers: dict[str, Marker] = {}
    for document in documents:
        regions = [(part, region) for part in document.parts for region in part.regions]
        for number, (part, region) in enumerate(regions, 1):
            marker = Marker(document=document, part=part, region=region, number=number)
            markers[marker.place] = marker
    trusts = {path: trust_in(path, code=code) for path in {document.path.parent for document in documents}}
    artifacts = {
        place: _artifacts(markers[place], parse, log, trusts[markers[place].document.path.parent])
        for place in log.progress(list(markers))
    }
    changes = _beside([(markers[place], result) for place, result in artifacts.items()], documents)
    for document in documents:
        bodies = [
            {region: _body(document.syntax, part, region, artifacts) for region in part.regions}
            for part in document.parts
        ]
        new = rewritten(document, bodies)
        changes.append(Update(path=document.path, old=document.raw, new=new))
    return changes


def _artifacts(marker: Marker, parse: Parse, log: Log, trust: Trust) -> tuple[Artifact, ...]:
    """Return the artefacts of a marker's command, within the limits of its document."""
    words, folder = marker.region.words, marker.document.path.parent

    def note(text: str) -> None:
        if not parsed.quiet:
            log.note(f"{marker.place}: {text}")

    try:
        with confined_to(trust.root), warnings.catch_warnings(record=True) as messages:
            parsed = parse(words, folder, marker.document.syntax.formats.get(words[0], ""))
            request = with_id_prefix(parsed.request, f"figure{marker.number}")
            request = check_request(request, trust)
            check_paths(paths_of(request), folder, trust)
            artifacts = make(request, replace(log, note=note))
        for message in () if parsed.quiet else messages:
            warnings.warn(f"{marker.place}: {message.message}", message.category, stacklevel=2)
        check_paths((artifact.name for artifact in artifacts), folder, trust)
    except ResnetDiagramError as problem:
        raise EmbedError(f"{marker.place}: {problem}") from problem
    shown = [artifact for artifact in artifacts if not artifact.name]
    if any(isinstance(artifact.content, bytes) for artifact in shown):
        raise EmbedError(f"{marker.place}: the format is not text; write it to a file with -o.")
    if shown and len(shown) < len(artifacts):
        raise EmbedError(
            f"{marker.place}: a marker shows text or writes files; leave out -o, or write a marker for each."
        )
    return artifacts


def _body(
    syntax: Syntax, part: Part, region: Region, artifacts: Mapping[str, Sequence[Artifact]]
) -> list[str]:
    """Return the lines of one region; alternative texts that an author has changed are kept."""
    place = f"{part.where}:{region.line}"
    present = [line.rstrip().removeprefix(region.indent) for line in part.lines[region.start : region.end]]
    lines: list[str] = []
    for artifact in artifacts[place]:
        if artifact.name:
            try:
                lines += reference_in(syntax, artifact.name.as_posix(), artifact.alt, present)
            except EmbedError as error:
                raise EmbedError(f"{place}: {error}") from None
        elif isinstance(artifact.content, str):
            lines += body(syntax, artifact.format, artifact.content)
    if any(syntax.begin.match(line) or syntax.end.match(line) for line in lines):
        raise EmbedError(f"{place}: a name in the network holds a marker and would break the document.")
    return lines


def _beside(
    artifacts: Sequence[tuple[Marker, tuple[Artifact, ...]]], documents: Sequence[Document]
) -> list[Update]:
    """Return the updates of files beside the documents. They get a digest of their content where they can.

    Raises EmbedError where two markers write one file.
    """
    files: dict[Path, Artifact] = {}
    owners: dict[Path, str] = {document.path.resolve(): str(document.path) for document in documents}
    for marker, result in artifacts:
        for artifact in result:
            if not artifact.name:
                continue
            path = (marker.document.path.parent / artifact.name).resolve()
            owner = owners.setdefault(path, marker.place)
            if owner != marker.place and (path not in files or files[path].data != artifact.data):
                raise EmbedError(
                    f"{marker.place}: {artifact.name.as_posix()!r} is also written by {owner}; "
                    "use another name."
                )
            files[path] = artifact
    changes = []
    for path, artifact in files.items():
        old, form = read_bytes(path) if path.is_file() else None, artifact.format
        unmarked = old is None or is_same(old, artifact.data)
        author = Author.TOOL if old is None or unmarked else author_of(old, form)
        new = with_digest(artifact.data, form)
        changes.append(Update(path=path, old=old, new=new, author=author, place=owners[path]))
    return changes
