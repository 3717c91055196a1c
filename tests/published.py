"""Models of torchvision and timm to test on: a few of each, or all with RESNET_DIAGRAM_ALL_MODELS set."""

import os
from functools import cache
from typing import Any

import pytest

import resnet_diagram as rd
from resnet_diagram.spec.model import Network

ALL = bool(os.environ.get("RESNET_DIAGRAM_ALL_MODELS"))
FEW = ("cspresnet50", "edgenext_small", "efficientnet_b0", "ese_vovnet19b_dw", "repvgg_a0", "skresnet18")
SIZES = {"segmentation": (3, 224, 224), "detection": (3, 224, 224), "video": (3, 16, 224, 224)}


def published_names() -> list[str]:
    """Return the names of the models: "torchvision/NAME", those of a section, and "timm/NAME"."""
    return [*torchvision_names(), *timm_names()]


def torchvision_names() -> list[str]:
    """Return every classifier of torchvision and the models of its other sections, or every ninth."""
    pytest.importorskip("tests.torchvision_shim")
    models = pytest.importorskip("torchvision.models")
    names = [f"torchvision/{name}" for name in models.list_models(module=models)]
    for section in SIZES if ALL else ():
        part = getattr(models, section)
        names += [f"torchvision.{section}/{name}" for name in models.list_models(module=part)]
    return names if ALL else names[::9]


def timm_names() -> list[str]:
    """Return the first model of each family of timm, or a few."""
    pytest.importorskip("tests.torchvision_shim")
    timm = pytest.importorskip("timm")
    families = (timm.list_models(module=family) for family in timm.list_modules())
    return [f"timm/{name}" for name in ([family[0] for family in families if family] if ALL else FEW)]


@cache
def published(name: str) -> Network:
    """Return the network of a model, built without weights."""
    library, _, model = name.partition("/")
    if library == "timm":
        built = pytest.importorskip("timm").create_model(model)
        return rd.trace(built, built.default_cfg["input_size"])
    models = pytest.importorskip("torchvision.models")
    section = library.partition(".")[2]
    options: dict[str, Any] = {"weights": None}
    if section in ("segmentation", "detection"):
        options["weights_backbone"] = None
    if model in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    size = (3, 299, 299) if model == "inception_v3" else SIZES.get(section, (3, 224, 224))
    return rd.trace(models.get_model(model, **options), size)
