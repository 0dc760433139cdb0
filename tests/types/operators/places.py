"""Operators that read or write at computed places, or find places."""

import numpy

from cases import Case, Data, data, integers, operator


def index(*rows, dtype=numpy.int64):
    return Data(numpy.array(rows, dtype=dtype))


@operator("Gather", "T")
def gather(t):
    for axis in [0, 1]:
        yield Case("", [data(t, (3, 4)), index([2, -1], [0, 1])], {"axis": axis}, label=f"axis {axis}")


@operator("GatherElements", "T")
def gather_elements(t):
    yield Case("", [data(t, (3, 4)), index([2, -1, 0], [0, 1, 1])], {"axis": 0})


@operator("GatherND", "T")
def gather_nd(t):
    yield Case("", [data(t, (3, 4)), index([2, -1], [0, 1])])
    yield Case("", [data(t, (2, 3)), index([2], [-1])], {"batch_dims": 1}, label="by batch")


@operator("Scatter", "T", opset=10)
def scatter(t):
    yield Case("", [data(t, (3, 3)), index([1, 0, 2]), data(t, (1, 3), seed=4)], {"axis": 0})


def reductions(t, all_of_them):
    numeric = t.kind in "iuf" and t.itemsize > 1 or t in (numpy.int8, numpy.uint8)
    for reduction in ["none", "add", "mul", "min", "max"] if numeric and all_of_them else ["none"]:
        exact = reduction in ("none", "min", "max")
        kind = {"none": "any", "min": "ordered", "max": "ordered"}.get(reduction, "small")
        yield {} if reduction == "none" else {"reduction": reduction}, kind, exact


@operator("ScatterElements", "T")
def scatter_elements(t):
    for attributes, kind, exact in reductions(t, True):
        inputs = [data(t, (3, 3), kind), index([1, 0, 2], [0, 2, -1]), data(t, (2, 3), kind, 4)]
        yield Case("", inputs, {"axis": 1, **attributes}, exact=exact, label=attributes.get("reduction", ""))


@operator("ScatterND", "T")
def scatter_nd(t):
    for attributes, kind, exact in reductions(t, True):
        inputs = [data(t, (3, 2), kind), index([2], [0]), data(t, (2, 2), kind, 4)]
        yield Case("", inputs, attributes, exact=exact, label=attributes.get("reduction", ""))


def chosen(axis):
    """The definition: ONNX's reference implementation multiplies by 0 and 1, of which infinity makes no number."""

    def of(indices, depth, values):
        hit = numpy.expand_dims(numpy.where(indices < 0, indices + depth, indices), axis)
        shape = numpy.arange(hit.ndim) == axis % hit.ndim
        places = numpy.arange(depth).reshape(numpy.where(shape, depth, 1))
        return [numpy.where(hit == places, values[1], values[0])]

    return of


@operator("OneHot", "T3")
def one_hot(t):
    inputs = [index(1, -1, 0, 5), numpy.array(3), data(t, (2,), "any", 1)]
    wanted = chosen if t.kind in "biuf" else lambda axis: None
    yield Case("", inputs, wanted=wanted(-1))
    yield Case("", inputs, {"axis": 0}, wanted=wanted(0), label="axis 0")


@operator("OneHot", "T1")
def one_hot_of(t):
    yield Case("", [data(t, (4,), "small"), numpy.array(3), integers(0, 7)], label="indices")


@operator("NonZero", "T")
def non_zero(t):
    yield Case("", [data(t, (3, 4))])


@operator("Compress", "T")
def compress(t):
    condition = numpy.array([True, False, True])
    yield Case("", [data(t, (3, 4)), condition], {"axis": 0}, label="axis 0")
    yield Case("", [data(t, (3, 4)), condition], label="flat")


@operator("Unique", "T")
def unique(t):
    yield Case("", [data(t, (8,), "ordered")])
