"""How readers with a colour vision deficiency see a colour.

The matrices are those of Machado, Oliveira and Fernandes 2009 (A Physiologically-based Model for Simulation
of Color Vision Deficiency, table 1, severity 1.0); they work on linear RGB.
"""

import math

from resnet_diagram.style.colour import lab

Rows = tuple[tuple[float, float, float], ...]

DEFICIENCIES: dict[str, Rows] = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen(colour: str, deficiency: str) -> str:
    """The colour "#RRGGBB" as it looks with that deficiency."""
    parts = [_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    mixed = [sum(a * b for a, b in zip(row, parts, strict=True)) for row in DEFICIENCIES[deficiency]]
    return "#" + "".join(f"{round(255 * _gamma(min(max(part, 0.0), 1.0))):02X}" for part in mixed)


def difference(one: str, other: str) -> float:
    """How far apart two colours look: the distance in CIELAB. From 2.3 on it is noticed side by side."""
    return math.dist(lab(one), lab(other))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
