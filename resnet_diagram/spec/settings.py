"""Settings of operations beyond the fields of `Layer`, with PyTorch's defaults.

A layer records the settings that differ from these defaults; one that is not recorded has its default. `dim`
counts the axes of the shape from 1, as if the batch came first: 1 is the channels; -1 is unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from resnet_diagram.spec.model import Layer, LayerKind, Setting, Settings
from resnet_diagram.spec.traits import LAYERS

DROPOUT = "dropout"
"""Setting of any layer: rate of the dropout that its output passes."""
FACTOR = "factor"
"""Setting of a `scale` or `shift`: the number it multiplies by."""
AXES = "normalized_axes"
"""Setting of a norm over the last axes: their number."""

INPUT = "input"
"""Setting of any layer: the name of another input of the network that joins in it, such as a time step."""

_OF_ALL: Mapping[str, Setting] = {DROPOUT: 0.0, INPUT: ""}
_OF_OP: Mapping[str, Mapping[str, Setting]] = {
    "batch_norm": {"eps": 1e-5, "momentum": 0.1, "track_running_stats": True},
    "instance_norm": {"eps": 1e-5, "momentum": 0.1, "track_running_stats": False},
    "group_norm": {"eps": 1e-5},
    "layer_norm": {"eps": 1e-5, AXES: 1},
    "rms_norm": {"eps": 2.0**-23, AXES: 1},
    "softmax": {"dim": 1},
    "log_softmax": {"dim": 1},
    "glu": {"dim": 1},
    "pow": {"exponent": 2.0},
    "roll": {"shifts": "", "dims": ""},
    "flip": {"dims": ""},
    "cumsum": {"dim": -1},
    "clamp_min": {"min": float("-inf")},
    "clamp_max": {"max": float("inf")},
    "leaky_relu": {"negative_slope": 0.01},
    "rrelu": {"lower": 0.125, "upper": 1 / 3},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "gelu": {"approximate": "none"},
    "softplus": {"beta": 1.0, "threshold": 20.0},
    "hardtanh": {"min_val": -1.0, "max_val": 1.0},
    "threshold": {"threshold": 0.0, "value": 0.0},
    "hardshrink": {"lambd": 0.5},
    "softshrink": {"lambd": 0.5},
    "clamp": {"min": float("-inf"), "max": float("inf")},
    "avg_pool": {"count_include_pad": True, "divisor_override": 0},
    "pad": {"mode": "constant", "value": 0.0},
    "dropout": {"p": 0.5},
    "scale": {FACTOR: 1.0},
    "shift": {FACTOR: 1.0, "value": 0.0},
}


@cache
def defaults(kind: LayerKind, op: str) -> Mapping[str, Setting]:
    """Return the settings an operation has, with their defaults."""
    return {**LAYERS[kind].settings, **_OF_OP.get(op, {}), **_OF_ALL}


def changed(kind: LayerKind, op: str, values: Mapping[str, Setting | None]) -> Settings:
    """Return the settings whose values differ from the operation's defaults, by name.

    None is the default; whole numbers become floats where the default is one. Unknown settings are kept.
    """
    names = defaults(kind, op)
    settings = []
    for name, value in sorted(values.items()):
        default = names.get(name)
        if isinstance(default, float) and type(value) is int:
            value = float(value)
        if value is not None and value != default:
            settings.append((name, value))
    return tuple(settings)


def setting(layer: Layer, name: str) -> Setting | None:
    """Return the value of a setting, its default where none is recorded, None for an unknown setting."""
    known = defaults(layer.kind, layer.op).get(name)
    return dict(layer.settings).get(name, known) if layer.settings else known


def with_settings(layer: Layer, values: Mapping[str, Setting]) -> Layer:
    """Return the layer with other values for some settings."""
    return replace(layer, settings=changed(layer.kind, layer.op, {**dict(layer.settings), **values}))


def setting_text(value: Setting) -> str:
    """Return a setting's value as text, in the shortest form.

    >>> setting_text(1e-5), setting_text(0.1), setting_text(True), setting_text("reflect")
    ('1e-5', '0.1', 'true', 'reflect')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}".replace("e-0", "e-").replace("e+0", "e+") if isinstance(value, float) else str(value)


def setting_problem(layer: Layer) -> str:
    """Return the error in a layer's settings, with the expected value; empty if there is none."""
    available = defaults(layer.kind, layer.op)
    names = [name for name, _ in layer.settings]
    if names != sorted(set(names)):
        return f"settings are {', '.join(names)}; expected each once, in the order of the alphabet"
    for name, value in layer.settings:
        if name not in available:
            return f"{layer.op} has no setting {name!r}; expected one of {', '.join(sorted(available))}"
        if type(value) is not type(available[name]):
            word = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
            return f"setting {name} is {value!r}; expected {word[type(available[name])]}"
    return ""
