"""Tables of the signs of formulas: commands of TeX, and letters of Unicode."""

import unicodedata
from string import ascii_letters

from resnet_diagram.errors import HIDDEN
from resnet_diagram.wording.terms import FORMULA_MARK

START = FORMULA_MARK
END, SUB, SUPER, UPRIGHT, BOLD, SCRIPTED, CLOSE = "\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5\ufdd7\ufdd6"
"""Marks in a text: round a formula, before a script or letters of another font, and behind those."""
SPACE = "\u00a0"
"""Space in a formula, at which no line ends."""

SCRIPT = 0.7
"""Size of the type of subscripts and superscripts, in sizes of the text around them."""
RISES = {SUB: -0.2, SUPER: 0.36}
"""Heights of subscripts and superscripts, in sizes of the text around them."""

_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "chi psi omega"
)
GREEK = {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('lambda', 'lamda').upper()}")
    for name in _NAMES.split(" ")
}
CAPITALS = {
    name: GREEK[name.casefold()].upper()
    for name in ["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"]
}
OTHER_FORMS = {"varepsilon": "ε", "varphi": "φ", "vartheta": "ϑ", "ell": "ℓ"}
RELATIONS = {
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "approx": "≈",
    "sim": "∼",
    "in": "∈",
    "to": "→",
    "rightarrow": "→",
    "leftarrow": "←",
}
OPERATORS = {
    "times": "×",
    "cdot": "·",
    "pm": "±",
    "ast": "∗",
    "circ": "∘",
    "oplus": "⊕",
    "ominus": "⊖",
    "otimes": "⊗",
    "odot": "⊙",
}
SIGNS = {
    "infty": "∞",
    "partial": "∂",
    "nabla": "∇",
    "sum": "∑",
    "prod": "∏",
    "dots": "…",
    "ldots": "…",
    "cdots": "⋯",
    "prime": "′",
    "surd": "√",
    "|": "∥",
    **{sign: sign for sign in "{}%_&#$"},
}
FRACTIONS = ("frac", "dfrac", "tfrac")
SIZES = ("left", "right", "big", "Big")
"""Commands for the size of the bracket behind them, which has one size here."""
FUNCTIONS = ("log", "exp", "max", "min", "sin", "cos", "tanh", "arg")
SPACES = {",": "\u2009", ";": SPACE, " ": SPACE, "quad": "\u2003", "!": ""}
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
FONTS = {
    "mathrm": UPRIGHT,
    "text": UPRIGHT,
    "operatorname": UPRIGHT,
    "mathbf": BOLD,
    "boldsymbol": BOLD,
    "mathcal": SCRIPTED,
}
LETTERS = GREEK | CAPITALS | OTHER_FORMS | RELATIONS | OPERATORS | SIGNS
ITALIC = frozenset(ascii_letters) | set(GREEK.values()) | {"ϑ", "ℓ"}
"""Letters of variables."""
ACCENT_NAMES = {accent: name for name, accent in ACCENTS.items()}
TEX = {sign: f"\\{name}" + " " * name.isalpha() for name, sign in reversed(LETTERS.items())}
TEX |= {SPACE: "", "\u2009": r"\,", "\u2003": r"\quad ", "−": "-", "′": "'", "∗": "*", "~": r"\sim "}
TEX |= {"\\": r"\backslash ", "^": r"\wedge ", "\n": " "}
TEX |= {chr(code): "?" for low, high in HIDDEN for code in range(low, high)}
SUBSCRIPTS = str.maketrans("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
SUPERSCRIPTS = str.maketrans("0123456789+−=()inT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵀ")
