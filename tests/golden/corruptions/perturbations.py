"""Writes perturbations.json, the golden figures of the sequences of ImageNet-P and CIFAR-10-P; see common.py.

make_imagenet_p.py and make_cifar_p.py of hendrycks/robustness @8190fe3 are scripts and not importable; the frames are
made here by the library calls that they make: Pillow, scikit-image, OpenCV, and imagenet-c for its `clipped_zoom` and
ImageMagick. torchvision, with which they were made (0.2), only computes Pillow's matrix and divides by 255.

gaussian_noise is missing: its reference draws with torch.
"""

import io
import json
import math
import pathlib

import cv2
import numpy as np
import skimage.color
from common import DRAW, HENDRYCKS, SEED, sha256
from PIL import Image


def crop(image, side):
    height, width = image.shape[:2]
    top, left = (round((have - side) / 2) if side else 0 for have in (height, width))
    return image[top : top + side, left : left + side] if side else image


def affine(image, angle=0, scale=1.0, right=0, resample=Image.BILINEAR):
    height, width = image.shape[:2]
    cx, cy = width * 0.5 + 0.5, height * 0.5 + 0.5
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    unit = 1.0 / scale / (cosine * cosine + sine * sine)
    a, b, d, e = unit * cosine, unit * sine, unit * -sine, unit * cosine
    c = a * (-cx - right) + b * -cy + cx
    f = d * (-cx - right) + e * -cy + cy
    return np.array(Image.fromarray(image).transform((width, height), Image.AFFINE, (a, b, c, d, e, f), resample))


def blurred_by_imagemagick(image, radius, sigma, angle):
    png = io.BytesIO()
    Image.fromarray(image).save(png, format="PNG")
    moving = HENDRYCKS.MotionImage(blob=png.getvalue())
    moving.motion_blur(radius=radius, sigma=sigma, angle=angle)
    picture = cv2.imdecode(np.frombuffer(moving.make_blob(), np.uint8), cv2.IMREAD_UNCHANGED)
    return picture if picture.ndim == 2 else picture[..., ::-1]


def shot_noise(image, side, cifar, difficulty):
    photons = ((700.0, 400.0, 200.0) if cifar else (300.0, 120.0, 60.0))[difficulty - 1]
    first = crop(image, side)
    counts = (np.random.poisson(first / 255.0 * photons) for _ in range(30))
    return [first, *(np.uint8(255 * np.clip(count / photons, 0, 1)) for count in counts)]


def motion_blur(image, side, cifar, _):
    frames, radius, sigma, step = (21, 6, 1.8, 9) if cifar else (31, 10, 3, 4)
    first = crop(image, side)
    return [blurred_by_imagemagick(first, radius, sigma, (i - frames + 1) * step) for i in range(frames)]


def zoom_blur(image, side, _cifar, _):
    frames = [crop(image, side)]
    total = np.float32(frames[0]) / np.float32(255)
    for i in range(1, 31):
        total += np.float32(crop(affine(image, scale=1 + 0.004 * i), side)) / np.float32(255)
        frames.append(np.uint8(total / np.float32(i + 1) * np.float32(255)))
    return frames


def snow(image, side, cifar, _):
    zoom, radius, sigma = (2, 10, 2) if cifar else (3, 14, 4)
    unit = crop(image, side) / 255.0
    layer = np.random.normal(size=unit.shape[:2], loc=0.05, scale=0.3)
    layer = HENDRYCKS.clipped_zoom(layer[..., np.newaxis], zoom).squeeze()
    layer[layer < 0.5] = 0
    layer = np.uint8(np.clip(layer, 0, 1) * 255)
    grey = cv2.cvtColor(np.float32(unit), cv2.COLOR_RGB2GRAY)[..., np.newaxis]
    white = 0.85 * unit + (1 - 0.85) * np.maximum(unit, grey * 1.5 + 0.5)
    frames = []
    for i in range(31):
        flakes = blurred_by_imagemagick(layer, radius, sigma, i * 4 - 150)[..., np.newaxis] / 255.0
        frames.append(np.uint8(np.clip(white + flakes + flakes[::-1, ::-1], 0, 1) * 255))
    return frames


def brightness(image, side, cifar, _):
    frames = []
    for i in range(31):
        hsv = skimage.color.rgb2hsv(crop(image, side) / 255.0)
        hsv[..., 2] = np.clip(hsv[..., 2] + (i - 15) * (1.5 if cifar else 2) / 100.0, 0, 1)
        frames.append(np.uint8(skimage.color.hsv2rgb(hsv) * 255))
    return frames


def translate(image, side, cifar, _):
    places = range(-7, 9) if cifar else range(-20, 21)
    return [crop(affine(image, right=right, resample=Image.NEAREST), side) for right in places]


def rotate(image, side, _cifar, _):
    return [crop(affine(image, angle=angle), side) for angle in range(-15, 16)]


def tilt(image, side, cifar, _):
    height, width = image.shape[:2]
    away = np.sqrt(width**2 + height**2)
    frames = []
    for i in range(31):
        angle = np.deg2rad((0.75 if cifar else 1) * (i - 15))
        cosine, sine = np.cos(angle), np.sin(angle)
        into = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1], [0, 0, 1]])
        about_x = np.array([[1, 0, 0, 0], [0, cosine, -sine, 0], [0, sine, cosine, 0], [0, 0, 0, 1]])
        about_y = np.array([[cosine, 0, -sine, 0], [0, 1, 0, 0], [sine, 0, cosine, 0], [0, 0, 0, 1]])
        back = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, away], [0, 0, 0, 1]])
        onto = np.array([[away, 0, width / 2, 0], [0, away, height / 2, 0], [0, 0, 1, 0]])
        matrix = onto @ back @ about_x @ about_y @ into
        frames.append(crop(cv2.warpPerspective(image, matrix, (width, height)), side))
    return frames


def scale(image, side, cifar, _):
    first, step = (70, 2) if cifar else (40, 2.5)
    return [crop(affine(image, scale=(i * step + first) / 100), side) for i in range(31)]


def golden_case(make, parameter_set, content, size, side, difficulty=1):
    np.random.seed(SEED)
    frames = make(DRAW[content](*size), side, parameter_set == "cifar", difficulty)
    case = {"perturbation": make.__name__, "set": parameter_set, "difficulty": difficulty, "content": content}
    case |= {"height": size[0], "width": size[1], "crop": side, "frames": len(frames)}
    case["sha256"] = sha256(np.stack(frames))
    return case


def main():
    cases = []
    for make in (shot_noise, motion_blur, zoom_blur, snow, brightness, translate, rotate, tilt, scale):
        for content in DRAW:
            cases.append(golden_case(make, "imagenet", content, (256, 301), 224))
            cases.append(golden_case(make, "cifar", content, (32, 32), 0))
        if make is shot_noise:
            for difficulty in (2, 3):
                cases.append(golden_case(make, "imagenet", "scene", (64, 64), 0, difficulty))
                cases.append(golden_case(make, "cifar", "scene", (32, 32), 0, difficulty))
    contents = {"made_by": "tests/golden/corruptions/perturbations.py", "seed": SEED, "cases": cases}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(contents, indent=1) + "\n")
    print(f"{path}: {len(cases)} cases")


if __name__ == "__main__":
    main()
