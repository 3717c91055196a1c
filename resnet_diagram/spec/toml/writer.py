"""Networks as TOML text."""

from resnet_diagram.errors import SpecError, escape_controls
from resnet_diagram.spec.check.faults import FaultError
from resnet_diagram.spec.model import Network
from resnet_diagram.spec.toml.shorten.network import is_short, shortened
from resnet_diagram.spec.toml.text import toml_text


def dumps(network: Network, *, short: bool = False) -> str:
    """Return the TOML text of a network; reading it yields an equal network, except for names of its parts.

    Comments at the top list assumptions. Raises SpecError if there is no such text, and with `short` if
    blocks would have to be written layer by layer.
    """
    called = f"{network.name!r}" if network.name else "The network"
    try:
        settings = shortened(network)
    except FaultError as fault:
        raise SpecError(
            f"{called} cannot be written as TOML: {fault.problem} Write it as JSON (net.json)."
        ) from None
    if short and not is_short(settings):
        raise SpecError(f"{called} has blocks that the short form of TOML cannot describe.")
    lines = [escape_controls(line) for note in network.notes for line in note.splitlines()]
    return "".join(f"# {line}\n" for line in lines) + toml_text(settings)
