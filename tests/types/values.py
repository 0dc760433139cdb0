"""Values of every element type, the same every time."""

import ml_dtypes
import numpy

# Numbers that f32 cannot hold: what is only moved or compared keeps them.
WIDE = [1764633600.0, 1764633597.0, 1e300, -1e300, 0.1, 1 + 2**-50, -2.5, 5e-324, 0.0, 123456789.125]
FLOATS = [0.0, 1.0, -2.5, 0.1, 3.4e38, -3.4e38, 1e-40, 16777216.0, 65504.0, 0.333]
HALVES = [0.0, 1.0, -2.5, 0.1, 65504.0, -65504.0, 6e-8, 2048.0, 300.0, 0.333]
STRANGE = [numpy.nan, numpy.inf, -numpy.inf, -0.0]


def of(dtype, shape, kind, seed=0):
    """A tensor.

    `any`: whatever there is, also what is no number; `ordered`: what can be compared; `small`: whole numbers from −3
    to 4, or 0 to 7, of which a few have a sum that every type holds; `positive`: the same without zero and below.
    """
    count = int(numpy.prod(shape))
    return numpy.resize(numpy.array(list(pool(dtype, kind, count, seed)), dtype=dtype), shape)


def pool(dtype, kind, count, seed):
    if dtype == numpy.object_:
        return [f"text {(seed + index) % 7}" for index in range(max(count, 1))]
    some = some_of(dtype, kind)
    # A step that no length here divides, so that lines differ.
    return [some[(7 * index + 3 * seed) % len(some)] for index in range(max(count, 1))]


def some_of(dtype, kind):
    if dtype.kind == "b":
        return [True, False, False, True, True, False, True, True, True, False, False]
    unsigned = dtype.kind == "u" or dtype in (ml_dtypes.uint4, ml_dtypes.uint2)
    if kind == "positive":
        return [1, 3, 2, 1, 2, 1, 3, 1, 2, 1, 3]
    if kind == "small":
        low = 0 if unsigned else -3
        return [low + number for number in (3, 0, 5, 1, 7, 4, 2, 6, 5, 1, 3)]
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        middle = [2**53 + 1, 2**53] if dtype.itemsize == 8 else [100, 99]
        return [info.max, info.min, 0, 1, *middle, info.max - 1, info.min + 1, 7, 3, 2]
    if dtype.kind == "f" and dtype.itemsize > 1:
        some = {8: WIDE, 4: FLOATS, 2: HALVES}[dtype.itemsize]
        return some + STRANGE + [7.0, 3.0, 2.0] if kind == "any" else [*some, 7.0]
    return [0, 1, 0, 1, 1]
