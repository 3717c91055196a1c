"""Names of modules in plain words."""

import pytest

from resnet_diagram.wording.modules import list_of_modules, module_names


@pytest.mark.parametrize(
    ("path", "cls", "name"),
    [
        ("neck", "Neck", "neck"),
        ("mask_generator", "MaskGenerator", "mask generator"),
        ("backbone.fpn", "FeaturePyramidNetwork", "FPN"),
        ("heads.roi_heads", "RoIHeads", "RoI heads"),
        ("hg", "Hourglass", "hourglass"),
        ("n.1", "BiFPNLayer", "BiFPN layer"),
        ("backbone.body", "LayerGetter", "backbone"),
        ("head.regression.module_list", "", "regression"),
        ("s4", "", "s4"),
        ("stage3", "", "stage 3"),
    ],
)
def test_a_module_has_the_words_of_its_attribute_or_else_of_its_class(path: str, cls: str, name: str) -> None:
    assert module_names([path], {path: cls} if cls else {}) == {path: name}


@pytest.mark.parametrize(
    ("paths", "classes", "names"),
    [
        (["units.0", "units.4"], {}, ["units 1", "units 5"]),
        (["a.fuse", "b.fuse"], {}, ["a fuse", "b fuse"]),
        (
            ["top.tree1.tree1", "top.tree2.tree1", "end.tree1"],
            {},
            ["top tree 1.1", "top tree 2.1", "end tree 1"],
        ),
        (["u1", "u2"], {"u1": "Up", "u2": "Up"}, ["up u1", "up u2"]),
    ],
)
def test_names_of_a_figure_are_distinct(paths: list[str], classes: dict[str, str], names: list[str]) -> None:
    assert list(module_names(paths, classes).values()) == names


def test_a_name_that_a_figure_has_already_is_not_given_again() -> None:
    assert module_names(["x.fuse"], {}, ["fuse"]) == {"x.fuse": "x fuse"}


def test_numbered_modules_are_listed_together() -> None:
    assert list_of_modules(["stage2", "fuse", "stage3", "stage4"], {}) == "stages 2–4, fuse"
    assert list_of_modules(["stage2", "stage5"], {}) == "stages"
    assert list_of_modules([f"part{letter}" for letter in "abcdef"], {}).endswith("and 2 more")
