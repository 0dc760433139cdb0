"""Operators that only move elements."""

import numpy
from onnx import numpy_helper

from cases import Case, data, integers, operator


@operator("Pad", "T")
def pad(t):
    for label, pads in [("inner", (0, 1, 0, 2)), ("outer", (2, 0, 1, 0)), ("negative", (1, -1, 0, 2))]:
        value = data(t, (), "any", 2)
        yield Case("", [data(t, (3, 4)), integers(*pads), value], label=label)
        yield Case("", [data(t, (3, 4)), integers(*pads)], label=f"{label} of zeros")
    for mode in ["edge", "reflect", "wrap"]:
        for label, pads in [("both", (1, 2, 2, 1)), ("one", (0, 3, 0, 0))]:
            yield Case("", [data(t, (3, 4)), integers(*pads)], {"mode": mode}, label=f"{mode} {label}")
    # Some programs write the value whatever the mode.
    value = numpy.zeros((), t)
    yield Case("", [data(t, (3, 4)), integers(1, 2, 2, 1), value], {"mode": "edge"}, label="edge with a value")
    yield Case("", [data(t, (3, 4)), integers(1, 2, 2, 1), value], {"mode": "reflect"}, label="reflect with a value")
    axes = integers(-1)
    yield Case("", [data(t, (3, 4)), integers(2, 1), data(t, (), "any", 3), axes], label="of an axis")


@operator("Concat", "T")
def concat(t):
    for axis in [0, -1]:
        yield Case("", [data(t, (2, 3)), data(t, (2, 3), seed=4)], {"axis": axis}, label=f"axis {axis}")
    yield Case("", [data(t, (2, 1)), data(t, (2, 0)), data(t, (2, 3), seed=4)], {"axis": 1}, label="with an empty part")


@operator("Slice", "T")
def take_slice(t):
    for label, bounds in [
        ("forwards", [(1, 0), (3, 5), (0, 1), (1, 2)]),
        ("backwards", [(-1,), (-100,), (1,), (-2,)]),
        ("to the end", [(-3,), (2**63 - 1,), (1,), (1,)]),
        ("of nothing", [(2,), (1,), (0,), (1,)]),
    ]:
        yield Case("", [data(t, (4, 5)), *(integers(*one) for one in bounds)], label=label)


@operator("Split", "T")
def split(t):
    yield Case("", [data(t, (2, 6)), integers(1, 3, 2)], {"axis": 1}, outputs=3, label="by lengths")
    yield Case("", [data(t, (5, 2))], {"axis": 0, "num_outputs": 2}, outputs=2, label="in two")


@operator("Transpose", "T")
def transpose(t):
    yield Case("", [data(t, (2, 3, 4))], {"perm": [2, 0, 1]})
    yield Case("", [data(t, (2, 3))], label="of a matrix")


@operator("Reshape", "T")
def reshape(t):
    yield Case("", [data(t, (2, 3, 4)), integers(0, -1)])


@operator("Squeeze", "T")
def squeeze(t):
    yield Case("", [data(t, (1, 3, 1)), integers(-1)])
    yield Case("", [data(t, (1, 3, 1))], label="of all")


@operator("Unsqueeze", "T")
def unsqueeze(t):
    yield Case("", [data(t, (2, 3)), integers(0, -1)])


@operator("Flatten", "T")
def flatten(t):
    for axis in [0, 2]:
        yield Case("", [data(t, (2, 3, 4))], {"axis": axis}, label=f"axis {axis}")


@operator("Identity", "V", opset=21)
def identity(t):
    yield Case("", [data(t, (2, 3))])


@operator("Expand", "T")
def expand(t):
    yield Case("", [data(t, (3, 1)), integers(2, 1, 4)])


@operator("Tile", "T")
def tile(t):
    yield Case("", [data(t, (2, 3)), integers(2, 3)])


@operator("DepthToSpace", "T")
def depth_to_space(t):
    for mode in ["DCR", "CRD"]:
        yield Case("", [data(t, (1, 8, 2, 3))], {"blocksize": 2, "mode": mode}, label=mode)


@operator("SpaceToDepth", "T")
def space_to_depth(t):
    yield Case("", [data(t, (1, 2, 4, 6))], {"blocksize": 2})


@operator("ReverseSequence", "T")
def reverse_sequence(t):
    lengths = integers(1, 3, 4)
    yield Case("", [data(t, (4, 3)), lengths], {"time_axis": 0, "batch_axis": 1}, label="by columns")
    yield Case("", [data(t, (3, 4)), lengths], {"time_axis": 1, "batch_axis": 0}, label="by rows")


@operator("Trilu", "T")
def trilu(t):
    for upper in [0, 1]:
        yield Case("", [data(t, (3, 4))], {"upper": upper}, label=f"upper {upper}")
        yield Case("", [data(t, (3, 4)), numpy.array(-1)], {"upper": upper}, label=f"upper {upper} below")


@operator("CenterCropPad", "T")
def center_crop_pad(t):
    yield Case("", [data(t, (4, 3)), integers(2, 5)])


@operator("Shape", "T")
def shape(t):
    yield Case("", [data(t, (2, 3))])


@operator("Size", "T")
def size(t):
    yield Case("", [data(t, (2, 3))])


@operator("ConstantOfShape", "T2")
def constant_of_shape(t):
    value = numpy_helper.from_array(data(t, (1,), "any", 5).tensor)
    yield Case("", [integers(2, 3)], {"value": value})


@operator("EyeLike", "T1")
def eye_like(t):
    yield Case("", [data(t, (3, 4))], {"k": 1})
