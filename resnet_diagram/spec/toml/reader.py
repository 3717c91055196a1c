"""Networks from TOML text."""

import tomllib
from typing import Any

from resnet_diagram.errors import SpecError
from resnet_diagram.limits import counting_elements
from resnet_diagram.reading import backslash_remedy
from resnet_diagram.spec.check.faults import FaultError, Path
from resnet_diagram.spec.check.network import check
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.expand.network import build
from resnet_diagram.spec.toml.schema.types import Table
from resnet_diagram.spec.toml.schema.validate import validate


def loads(text: str, place: str = "", name: str = "") -> Network:
    """Return the network described by a TOML text, checked.

    `place` names the file in messages, `name` is the network's default name. Raises SpecError for invalid
    TOML, unknown keys, wrong values, and any error found by `check`; the message names file, line and
    key.
    """
    try:
        return network_of(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        reason, _, location = str(error).rpartition(" (at ")  # the parser's words, the location first
        problem = f"{location.rstrip(')')}: not valid TOML: {reason[:1].lower()}{reason[1:]}."
        raise SpecError(f"{place or 'TOML'}: {problem}{backslash_remedy(str(error))}") from None
    except ValueError as error:
        raise SpecError(f"{place or 'TOML'}: not valid TOML: {error}.") from None
    except RecursionError:
        raise SpecError(f"{place or 'TOML'}: nested too deeply to be read.") from None
    except FaultError as fault:
        from resnet_diagram.spec.toml.lines import line_of

        line = line_of(text, fault.path)
        places = [place, f"line {line}" if line else "", path_text(fault.path)]
        raise SpecError(": ".join(filter(None, [", ".join(filter(None, places)), fault.problem]))) from None
    except SpecError as error:
        raise SpecError(f"{place}: {error}" if place else str(error)) from None


def network_of(settings: dict[str, Any], name: str = "") -> Network:
    """Return the network described by a table, checked. Raises FaultError, and SpecError as `check` does."""
    validate(settings, Table("network"))
    with counting_elements():
        return check(build(settings, name))


def path_text(path: Path) -> str:
    """Return a path as text for a message; positions count from 1.

    >>> path_text(("stage", 2, "block", 0, "width"))
    'stage 3, block 1, width'
    """
    words = ""
    for step in path:
        words += f" {step + 1}" if isinstance(step, int) else f", {step}"
    return words.removeprefix(", ")
