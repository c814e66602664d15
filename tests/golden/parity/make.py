"""Golden figures of checkpoints in every dialect, by the libraries that write them: a folder for each case beside this
file, with the checkpoint, case.json and reference.safetensors (common.py says what they hold).

    pip install --no-deps timm==1.0.31 torchvision vit-pytorch==1.26.11
    pip install transformers==5.24.0 huggingface_hub numpy safetensors pillow einops              # beside torch
    pip install --no-deps --target OLDER vit-pytorch==0.20.8
    python tests/golden/parity/make.py OLDER
"""

import sys

from common import declare_torchvision_operators

operators = declare_torchvision_operators()

import library_cases  # noqa: E402
import timm_cases  # noqa: E402

if __name__ == "__main__":
    timm_cases.write_all()
    library_cases.write_all(sys.argv[1])
