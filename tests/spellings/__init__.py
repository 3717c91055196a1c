"""ResNet-18, -34 and -50 as five textbooks would spell them: each module has the functions of these names."""

SPELLINGS = ("torchvision_style", "make_layer", "paper_names", "one_sequential", "functional")
"""The modules of this package."""
