"""Libraries of models the tests trace, where they are installed."""

from types import ModuleType

import pytest


def torchvision_models() -> ModuleType:
    """Return `torchvision.models`; skips the test where torchvision is not installed."""
    pytest.importorskip("tests.torchvision_shim", reason="torchvision is not installed")
    models: ModuleType = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    return models


def timm_module() -> ModuleType:
    """Return `timm`; skips the test where it is not installed."""
    torchvision_models()
    timm: ModuleType = pytest.importorskip("timm", reason="timm is not installed")
    return timm


def library_models() -> list[str]:
    """Return the sources of torchvision's image and video models, and of one model of each timm family."""
    timm = timm_module()
    models = torchvision_models()
    found = [f"torchvision:{name}" for name in models.list_models(module=models)]
    found += [f"torchvision:{name}" for name in models.list_models(module=models.video)]
    families: dict[str, str] = {}
    for name in sorted(timm.list_models(), key=lambda name: (len(name), name)):
        families.setdefault(timm.models.model_entrypoint(name).__module__, name)
    return found + [f"timm:{name}" for name in families.values()]
