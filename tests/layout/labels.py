"""Labels for drawings made by hand."""

from resnet_diagram.wording.symbols import ARROW
from resnet_diagram.wording.terms import Label, literal


def label(text: str) -> Label:
    """Return a label whose parts are what arrows or commas separate."""
    joint = ARROW if ARROW in text else ", "
    return Label(*(literal(part) for part in text.split(joint)), joint=joint)


def labels(*texts: str) -> tuple[Label, ...]:
    """Return one label for each text."""
    return tuple(map(label, texts))
