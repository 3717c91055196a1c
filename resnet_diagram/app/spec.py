"""Write a network as a spec file."""

from resnet_diagram.app.log import Log
from resnet_diagram.app.requests import Artifact, SpecRequest, check_folders, check_suffix, read
from resnet_diagram.errors import SpecError
from resnet_diagram.spec.json.files import text_of


def spec_artifacts(request: SpecRequest, log: Log) -> tuple[Artifact, ...]:
    """Return the spec file: in the form asked for, by the suffix, else TOML if it is short and exact."""
    check_folders([request.path], request.reading.folder)
    network = read(request.source, request.reading, log)
    form = request.form
    if request.path and not form:
        check_suffix(request.path, (".toml", ".json"))
        form = "toml" if request.path.suffix.lower() == ".toml" else "json"
    if form:
        return (Artifact(name=request.path, content=text_of(network, form), format=form),)
    from resnet_diagram.spec.toml.writer import dumps

    try:
        return (Artifact(name=None, content=dumps(network, short=True), format="toml"),)
    except SpecError as problem:
        log.note(f"{problem} This is JSON; '-t toml' writes TOML layer by layer.")
        return (Artifact(name=None, content=text_of(network, "json"), format="json"),)
