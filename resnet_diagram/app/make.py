"""Make the artifacts of any request."""

from typing import assert_never

from resnet_diagram.app.log import SILENT, Log
from resnet_diagram.app.requests import (
    Artifact,
    CodeRequest,
    DescribeRequest,
    DrawRequest,
    Request,
    SpecRequest,
    TableRequest,
)


def make(request: Request, log: Log = SILENT) -> tuple[Artifact, ...]:
    """Return the artifacts of a request, nothing written. Raise ResnetDiagramError.

    Each use case is imported when it is needed.
    """
    match request:
        case DrawRequest():
            from resnet_diagram.app.drawing.draw import draw_artifacts

            return draw_artifacts(request, log)
        case TableRequest():
            from resnet_diagram.app.table import table_artifacts

            return table_artifacts(request, log)
        case DescribeRequest():
            from resnet_diagram.app.describe import describe_artifacts

            return describe_artifacts(request, log)
        case SpecRequest():
            from resnet_diagram.app.spec import spec_artifacts

            return spec_artifacts(request, log)
        case CodeRequest():
            from resnet_diagram.app.code import code_artifacts

            return code_artifacts(request, log)
        case _:
            assert_never(request)
