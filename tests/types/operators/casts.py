"""Operators that change the element type."""

import numpy
from onnx import helper

from cases import NUMBERS, ORDINARY, TYPES, Case, Data, data, operator


def kept(source, target):
    """Numbers of one type that the other has, or that become the same in every implementation."""
    given = data(source, (4, 5), "any").tensor
    if target.kind == "b" or source == target:
        return Data(given)
    if source.kind == "f":
        given = given[numpy.isfinite(given)]
    if source.kind == "f" and target.kind in "iu":
        # What an integer type cannot hold is undefined.
        limits = numpy.iinfo(target)
        given = given[(given > limits.min) & (given < limits.max) & (numpy.abs(given) < 2.0**52)]
    return Data(given)


@operator("Cast", "T1")
def cast(t):
    if t not in map(numpy.dtype, (TYPES[name] for name in ORDINARY)):
        yield Case("", [data(t, (2, 3))], {"to": 1})
        return
    for name in ORDINARY:
        target = numpy.dtype(TYPES[name])
        yield Case("", [kept(t, target)], {"to": NUMBERS[target.name]}, label=f"to {target.name}")


@operator("Cast", "T2")
def cast_to(t):
    to = helper.np_dtype_to_tensor_dtype(t) if t != numpy.object_ else 8
    yield Case("", [data("float32", (2, 3), "positive")], {"to": to}, label="from float to")


@operator("CastLike", "T1")
def cast_like(t):
    for name in ["tensor(float)", "tensor(int64)", "tensor(uint8)", "tensor(double)"]:
        target = numpy.dtype(TYPES[name])
        if t in map(numpy.dtype, (TYPES[name] for name in ORDINARY)):
            yield Case("", [kept(t, target), data(target, (1,))], label=f"as {target.name}")
        else:
            yield Case("", [data(t, (2, 3)), data(target, (1,))], label=f"as {target.name}")


@operator("BitCast", "T1")
def bit_cast(t):
    if t.itemsize in (1, 2, 4, 8) and t.kind in "biuf":
        yield Case("", [data(t, (2, 3))], {"to": {1: 2, 2: 4, 4: 12, 8: 13}[t.itemsize]})
