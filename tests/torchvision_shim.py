"""Let torchvision's published wheel, a CUDA build, be imported beside a CPU build of torch.

Its import stops at two compiled operators that only detection models use; declaring them is enough for all
else. Importing this module does so; it raises ModuleNotFoundError where torch or torchvision is missing:
`pytest.importorskip("tests.torchvision_shim")`.
"""

import contextlib
import importlib.util
from typing import Any

from torch.library import Library

if importlib.util.find_spec("torchvision") is None:
    raise ModuleNotFoundError("torchvision is not installed", name="torchvision")

LIBRARY: Any = Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
for _name in ("nms", "qnms"):
    with contextlib.suppress(RuntimeError):  # a build that matches torch has them already
        LIBRARY.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
