"""Let torchvision be imported whatever hardware its wheel was built for.

Importing this module does so; it raises ModuleNotFoundError where torch or torchvision is missing:
`pytest.importorskip("tests.torchvision_shim")`.
"""

import importlib.util

from resnet_diagram.tracer.record.torchvision_operators import declare_operators

if importlib.util.find_spec("torchvision") is None:
    raise ModuleNotFoundError("torchvision is not installed", name="torchvision")

declare_operators()
