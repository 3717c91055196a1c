"""Wrong spec files: the text, what the reader says of it, and whether a schema can tell."""

from typing import NamedTuple


class Wrong(NamedTuple):
    """A wrong file. `only_reader`: no JSON Schema could refuse it."""

    text: str
    says: str
    only_reader: bool = False


WRONG = (
    Wrong("", "net.toml: expected one of the keys 'depths', 'stage', 'body'."),
    Wrong("depths = []", "net.toml, line 1, depths: expected a list of whole numbers, found an empty list."),
    Wrong("depths = 3", "net.toml, line 1, depths: expected a list of whole numbers, found 3."),
    Wrong(
        "depths = [\n  3,\n  4.5,\n]",
        "net.toml, line 3, depths 2: expected a whole number of 1 or more, found 4.5.",
    ),
    Wrong("depths = [3, 0]", "net.toml, line 1, depths 2: expected a whole number of 1 or more, found 0."),
    Wrong("depths = [true]", "net.toml, line 1, depths 1: expected a whole number of 1 or more, found true."),
    Wrong(
        '# a comment\ndepths = [2]\nblok = "basic"',
        "net.toml, line 3, blok: a network has no key 'blok'. Did you mean 'block'?",
    ),
    Wrong(
        'depths = [2]\nblock = "bottelneck"',
        'net.toml, line 2, block: expected one of "basic", "bottleneck", found \'bottelneck\'. '
        "Did you mean 'bottleneck'?",
    ),
    Wrong(
        "depths = [2]\nblock = 3",
        'net.toml, line 2, block: expected one of "basic", "bottleneck", found 3.',
    ),
    Wrong(
        "depths = [2]\nshortcut = 'D'",
        'net.toml, line 2, shortcut: expected one of "A", "B", "C", "none", found \'D\'.',
    ),
    Wrong(
        'depths = [2]\npre_activation = "yes"',
        "net.toml, line 2, pre_activation: expected true or false, found 'yes'.",
    ),
    Wrong(
        "depths = [2]\nkernel = 4", "net.toml, line 2, kernel: expected an odd number of 1 or more, found 4."
    ),
    Wrong('name = ""\ndepths = [2]', "net.toml, line 1, name: expected a text, found ''."),
    Wrong(
        "depths = [2]\ninput = [784]",
        "net.toml, line 2, input: expected channels and at least one size, ",
        only_reader=True,
    ),
    Wrong(
        "depths = [2]\nstem = 'imagnet'",
        'net.toml, line 2, stem: expected one of "imagenet", "deep", "cifar", found \'imagnet\'. '
        "Did you mean 'imagenet'?",
    ),
    Wrong(
        "depths = [2]\n[stem]\nwidht = 3",
        "net.toml, line 3, stem, widht: a stem has no key 'widht'. Did you mean 'width'?",
    ),
    Wrong(
        "depths = [2]\n\n[head]\nclasses = 10\nclassifier = 'none'",
        'net.toml, line 4, head, classes: classifier = "none" has no classes; leave one of them out.',
        only_reader=True,
    ),
    Wrong(
        "depths = [2]\nhead = 'linear'",
        "net.toml, line 2, head: expected a table, or a list of layers, found",
    ),
    Wrong(
        "[[stage]]\ndepth = 2\n[[stage]]\ndepth = 2\ngate = 'sse'",
        "net.toml, line 5, stage 2, gate: expected one of \"se\", \"none\", found 'sse'. Did you mean 'se'?",
    ),
    Wrong("stage = []", "net.toml, line 1, stage: expected one table or more, found an empty list."),
    Wrong(
        "[[stage]]\nwidth = 64",
        "net.toml, line 1, stage 1: key 'depth' is missing; expected a whole number, or [[stage.block]]",
        only_reader=True,
    ),
    Wrong(
        "depths = [2, 2]\nwidths = [64]",
        "net.toml, line 2, widths: expected 2 of them, one for each stage, found 1.",
        only_reader=True,
    ),
    Wrong(
        "depths = [2]\ncardinality = 32",
        'net.toml, line 2, cardinality: only a bottleneck has it; write block = "bottleneck", or leave '
        "cardinality out.",
        only_reader=True,
    ),
    Wrong(
        'depths = [2]\nblock = "bottleneck"\nbase_width = 4\nwidths = [8]',
        "net.toml, line 3, base_width: width 8 × base_width 4 / 64 leaves no channel; ",
        only_reader=True,
    ),
    Wrong(
        'depths = [2]\nshortcut = "A"\npooled_projection = true',
        'net.toml, line 3, pooled_projection: shortcut = "A" has no projection to pool for.',
        only_reader=True,
    ),
    Wrong(
        'depths = [1, 1]\nwidths = [64, 32]\nshortcut = "A"',
        "net.toml, line 3, shortcut: zero-padding leads to more channels, not from 64 to 32; ",
        only_reader=True,
    ),
    Wrong(
        "cardinality = 2\n[[stage]]\ndepth = 1\n",
        "net.toml, line 1, cardinality: only a bottleneck has it; ",
        only_reader=True,
    ),
    Wrong(
        "[[stage]]\ndepth = 1\n[[stage]]\ndepth = 1\n\ncardinality = 2\n",
        "net.toml, line 6, stage 2, cardinality: only a bottleneck has it; ",
        only_reader=True,
    ),
    Wrong(
        'depths = [1]\ngate = "se"\nreduction = 128',
        "net.toml, line 3, reduction: a gate on 64 channels cannot be reduced by 128; expected 64 or less.",
        only_reader=True,
    ),
    Wrong(
        'depths = [1]\nwidths = [40]\nnorm = "group_norm"',
        "net.toml, norm_groups: 40 channels cannot be cut into 32 groups; expected a divisor.",
        only_reader=True,
    ),
    Wrong(
        'stem = ["batch_norm", "rellu"]\ndepths = [1]',
        "net.toml, line 1, stem 2: no operation is named 'rellu'. Did you mean 'relu'?",
    ),
    Wrong(
        'depths = [1]\nstem = ["conv"]',
        "net.toml, line 2, stem 1: 'conv' needs more than a word; write a table such as { op = \"conv\", ",
    ),
    Wrong(
        'depths = [1]\nstem = [\n  "relu",\n  { op = "conv", width = 3 },\n]',
        "net.toml, line 4, stem 2: key 'kernel' is missing; expected a whole number of 1 or more, or a list",
    ),
    Wrong(
        'depths = [1]\nstem = [{ op = "cnov", kernel = 3 }]',
        "net.toml, line 2, stem 1, op: no operation is named 'cnov'; one that is not known needs 'kind' and "
        "'out'. Did you mean 'conv'?",
    ),
    Wrong(
        'depths = [1]\nstem = [{ op = "conv", kernel = [3, 3, 3] }]',
        "net.toml, line 2, stem 1, kernel: expected 2 numbers, one for each spatial dimension, found 3.",
        only_reader=True,
    ),
    Wrong(
        'depths = [1]\nstem = [{ op = "relu", kernel = 3 }]',
        "net.toml, line 2, stem 1, kernel: a plain layer has no key 'kernel'. Known are op, settings, "
        "params, macs.",
    ),
    Wrong(
        'body = ["relu"]\ndepths = [1]',
        "net.toml, line 2, depths: 'body' leaves no place for 'depths'; leave one of them out.",
    ),
    Wrong(
        '[[stage]]\n[[stage.block]]\nlayers = ["relu"]\nbranches = [[], ["relu"]]',
        "net.toml, line 4, stage 1, block 1, branches: 'layers' leaves no place for 'branches'; leave one of",
    ),
    Wrong(
        '[[stage]]\n[[stage.block]]\nlayers = ["relu"]\ngate = "se"',
        "net.toml, line 4, stage 1, block 1, gate: a written block has no key 'gate'.",
    ),
    Wrong(
        '[[stage]]\n[[stage.block]]\nlayers = ["relu"]\nbefore = ["se"]',
        "net.toml, line 4, stage 1, block 1, before 1: a gate is not allowed here; expected a layer.",
    ),
    Wrong(
        "[[stage]]\ndepth = 3\n[[stage.block]]\nwidth = 3",
        "net.toml, line 3, stage 1, block: expected 3 blocks, as depth says, found 1.",
        only_reader=True,
    ),
    Wrong(
        '[[stage]]\n[[stage.block]]\nlayers = [{ op = "conv", width = 8, kernel = 3 }]',
        "net.toml, line 2, stage 1, block 1: the branch gives [8, 56, 56] and the shortcut "
        "gives [64, 56, 56]; an addition needs equal sizes, or sizes of 1.",
        only_reader=True,
    ),
    Wrong(
        'depths = [1]\nstem = [\n  { op = "conv", width = 9, kernel = 3 },\n  { op = "group_norm" },\n]',
        "net.toml, line 4, stem 2: groups is 32; expected a divisor of the channels, 9 and 9.",
        only_reader=True,
    ),
    Wrong(
        'depths = [1]\ninput = [3, 8, 8]\nstem = [{ op = "max_pool", kernel = 9 }]',
        "net.toml, line 3, stem 1: 8×8×3 is too small for the layers here.",
        only_reader=True,
    ),
)
