"""Writes every case of the table, with what is expected of it, to standard output.

A case: its name; 1 if numbers must be the same bit by bit, else 0; the model; the tensors that go in; the tensors that
come out, or none of them where nobody else computes the model, which may then only be refused. Text and bytes have
their length before them, lists their number. A tensor: its element type as ONNX counts them, its axes, its extents and
its bytes. Every number is a little-endian u32.
"""

import struct
import sys
import warnings

import numpy
import onnx

import cases
import expected
import operators  # noqa: F401  (it registers them)

NOTHING = 0xFFFFFFFF


def main():
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(b"".join(piece for case in cases.every() for piece in written(case)))


def written(case):
    model = case.model()
    yield text(case.name.encode())
    yield number(case.exact)
    yield text(model.SerializeToString())
    given = case.given()
    outputs = expected.outputs(case, model)
    yield number(len(given))
    for tensor in given.values():
        yield from encoded(tensor)
    yield number(NOTHING if outputs is None else len(outputs))
    for tensor in outputs or ():
        yield from encoded(tensor)


def encoded(tensor):
    tensor = numpy.asarray(tensor)
    known = tensor.dtype.kind in "biuf" and tensor.dtype.name in cases.NUMBERS
    yield number(cases.NUMBERS[tensor.dtype.name] if known else NOTHING)
    yield number(tensor.ndim)
    yield from map(number, tensor.shape)
    yield text(tensor.tobytes() if known else b"")


def number(value):
    return struct.pack("<I", value)


def text(data):
    return number(len(data)) + data


if __name__ == "__main__":
    main()
