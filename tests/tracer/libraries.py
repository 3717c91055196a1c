"""Libraries of models the tests trace, where they are installed."""

from types import ModuleType

import pytest


def torchvision_models() -> ModuleType:
    """Returns `torchvision.models`; skips the test where torchvision is not installed."""
    pytest.importorskip("tests.torchvision_shim", reason="torchvision is not installed")
    models: ModuleType = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    return models


def timm_module() -> ModuleType:
    """Returns `timm`; skips the test where it is not installed."""
    torchvision_models()
    timm: ModuleType = pytest.importorskip("timm", reason="timm is not installed")
    return timm
