"""What the scripts of this folder share: the drawn images, the reference packages and the files that they write.

The references are `imagenet-c` 0.0.3 (the functions of hendrycks/robustness for 224-pixel images) and
`imagecorruptions` 1.1.2, in the older world that they need (Python 3.10, Debian 12):

    sudo apt-get install libmagickwand-6.q16-6
    python3.10 -m venv venv-corruptions
    venv-corruptions/bin/pip install numpy==1.26.4 scikit-image==0.19.3 'scipy<1.14' numba==0.60.0 \
        opencv-python-headless==4.10.0.84 'Pillow<11' 'setuptools<81' Wand
    venv-corruptions/bin/pip install --no-deps imagenet-c==0.0.3 imagecorruptions==1.1.2
    for family in images noise blur snow weather digital elastic perturbations; do
        venv-corruptions/bin/python tests/golden/corruptions/$family.py
    done

`imagenet-c` knows only the ImageNet parameters and only 224 pixels. The other sets (make_cifar_c.py,
make_tinyimagenet_c.py, make_imagenet_c_inception.py of hendrycks/robustness @8190fe3 are scripts and not importable)
are the package's own functions with other constants: see `variant`.

numpy's exponential depends on the processor (with AVX-512 it is less exact than the C library's), and with it the
kernel of gaussian_blur by a bit, and the flat regions of its images by a level. The portable one is asked for.
"""

import hashlib
import json
import os
import pathlib
import types
import warnings

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"

import cv2
import imagecorruptions.corruptions
import imagenet_c.corruptions
import numpy as np
import PIL
import scipy
import skimage
from drawn_images import draw_scene, draw_texture
from PIL import Image, features

warnings.simplefilter("ignore")

SEED = 0
HENDRYCKS = imagenet_c.corruptions
IMAGECORRUPTIONS = imagecorruptions.corruptions
FLAVOURS = {"hendrycks": HENDRYCKS, "imagecorruptions": IMAGECORRUPTIONS}
# The size that each parameter set was made for.
SET_SIZES = {"imagenet": 224, "cifar": 32, "tiny": 64, "299": 299}


DRAW = {"texture": draw_texture, "scene": draw_scene}


def variant(function, table=None, constants=None, names=None):
    """The package's function with other constants.

    table      the five entries of its severity table (the constant that is a tuple of length five)
    constants  {old: new} for its other constants, such as 224
    names      what global names mean inside it, such as another plasma_fractal
    """
    constants = constants or {}

    def swapped(constant):
        if table is not None and isinstance(constant, tuple) and len(constant) == 5:
            return tuple(table)
        if isinstance(constant, (int, float, tuple)) and not isinstance(constant, bool) and constant in constants:
            return constants[constant]
        return constant

    code = function.__code__
    replaced = tuple(swapped(constant) for constant in code.co_consts)
    assert table is None or tuple(table) in replaced, f"{function.__name__} has no severity table"
    for old in constants:
        assert old in code.co_consts, f"{function.__name__} has no constant {old}"
    return types.FunctionType(
        code.replace(co_consts=replaced),
        {**function.__globals__, **(names or {})},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )


def sha256(pixels):
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


class Golden:
    """The cases of one corruption: hashes where every pixel must agree; pictures, the five severities below each
    other, where a tolerance is needed."""

    def __init__(
        self, name, max_difference=0, share=0.0, references="imagenet-c 0.0.3, imagecorruptions 1.1.2"
    ):
        self.folder = pathlib.Path(__file__).parent
        self.name = name
        self.max_difference = max_difference
        self.share = share
        self.references = references
        self.cases = []

    def add(self, function, flavour, parameter_set, content, height, width):
        """`function(PIL image, severity)` on a drawn image at all severities, seeded anew for each.

        `function` may also be {severity: function}.
        """
        image = DRAW[content](height, width)
        outputs = []
        for severity in range(1, 6):
            call = function[severity] if isinstance(function, dict) else function
            np.random.seed(SEED)
            outputs.append(np.uint8(call(Image.fromarray(image), severity)))
            assert outputs[-1].shape == image.shape
        case = {"flavour": flavour, "set": parameter_set, "content": content, "height": height, "width": width}
        if self.max_difference == 0:
            case["sha256"] = [sha256(output) for output in outputs]
        else:
            case["png"] = f"{self.name}-{flavour}-{parameter_set}-{content}-{height}x{width}.png"
            stacked = np.concatenate(outputs, axis=0)
            Image.fromarray(stacked).save(self.folder / case["png"], optimize=True)
        self.cases.append(case)

    def write(self):
        contents = {
            "made_by": "tests/golden/corruptions/*.py",
            "references": self.references,
            "versions": {
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "scikit-image": skimage.__version__,
                "Pillow": PIL.__version__,
                "libjpeg-turbo": features.version("libjpeg_turbo"),
                "OpenCV": cv2.__version__,
            },
            "seed": SEED,
            "corruption": self.name,
            "limit": {"max_difference": self.max_difference, "share": self.share},
            "cases": self.cases,
        }
        path = self.folder / f"{self.name}.json"
        path.write_text(json.dumps(contents, indent=1) + "\n")
        print(f"{path}: {len(self.cases)} cases of 5 severities")


def add_usual_cases(golden, sets, any_size=True, flavours=("hendrycks", "imagecorruptions")):
    """The package's function of that name: hendrycks' at the size of each set, imagecorruptions' at 224 and at sizes
    that are no set's. `sets` holds the severity table of each set but imagenet's, which is the package's own."""
    for content in DRAW:
        for flavour in flavours:
            function = getattr(FLAVOURS[flavour], golden.name)
            golden.add(function, flavour, "imagenet", content, 224, 224)
            if any_size:
                golden.add(function, flavour, "imagenet", content, 37, 53)
        if "hendrycks" in flavours:
            for parameter_set, table in sets.items():
                size = SET_SIZES[parameter_set]
                function = variant(getattr(HENDRYCKS, golden.name), table=table)
                golden.add(function, "hendrycks", parameter_set, content, size, size)
