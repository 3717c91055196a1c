from resnet_diagram.errors import SourceError

try:
    from resnet_diagram.tracer.load.arguments import specs_of
    from resnet_diagram.tracer.load.inputs import InputSpec, guess_inputs, parse_input
    from resnet_diagram.tracer.load.model import LoadedModel, built_model, load_model
    from resnet_diagram.tracer.load.saved.weights import check_weights
    from resnet_diagram.tracer.outputs import Deviation, deviation
    from resnet_diagram.tracer.trace import read_run, run_once, trace
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise SourceError(
        "Reading a network from code needs PyTorch, which is not installed: pip install 'torch>=2.4'"
    ) from None

__all__ = [
    "Deviation",
    "InputSpec",
    "LoadedModel",
    "built_model",
    "check_weights",
    "deviation",
    "guess_inputs",
    "load_model",
    "parse_input",
    "read_run",
    "run_once",
    "specs_of",
    "trace",
]
