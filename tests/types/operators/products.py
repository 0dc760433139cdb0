"""Products; those of integers are compared with arithmetic of 64 bits, as onnxruntime's saturate on some processors."""

import numpy

from cases import Case, Data, data, operator


def product(a, b, a_zero=None, b_zero=None):
    wide = [numpy.int64(one) - (0 if zero is None else numpy.int64(zero)) for one, zero in ((a, a_zero), (b, b_zero))]
    return [(wide[0] @ wide[1]).astype(numpy.int32)]


@operator("MatMulInteger", "T1")
def integer_product(t):
    for other in [numpy.int8, numpy.uint8]:
        inputs = [data(t, (3, 8)), data(other, (8, 5), seed=3)]
        name = numpy.dtype(other).name
        yield Case("", inputs, wanted=product, label=f"by {name}")
        zeros = [numpy.array(3, t), numpy.array(5, other)]
        yield Case("", inputs + zeros, wanted=product, label=f"by {name} less zero points")
        # Two products of the greatest bytes are more than 16 bits hold.
        greatest, least = numpy.iinfo(t).max, numpy.iinfo(other).min + 1
        greatest = [Data(numpy.full((2, 64), greatest, t)), Data(numpy.full((64, 3), least, other))]
        yield Case("", greatest, wanted=product, label=f"by {name} at the bounds")


def convolved(x, w, x_zero=None, w_zero=None):
    wide = [numpy.int64(one) - (0 if zero is None else numpy.int64(zero)) for one, zero in ((x, x_zero), (w, w_zero))]
    windows = numpy.lib.stride_tricks.sliding_window_view(wide[0], w.shape[2:], axis=(2, 3))
    return [numpy.einsum("nchwij,ocij->nohw", windows, wide[1]).astype(numpy.int32)]


@operator("ConvInteger", "T1")
def integer_convolution(t):
    for other in [numpy.int8, numpy.uint8]:
        inputs = [data(t, (1, 3, 5, 5)), data(other, (2, 3, 3, 3), seed=3)]
        name = numpy.dtype(other).name
        yield Case("", inputs, wanted=convolved, label=f"by {name}")
        yield Case("", [*inputs, numpy.array(7, t)], wanted=convolved, label=f"by {name} less a zero point")


def scaled(a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero):
    """Scales are powers of two, so that what is rounded is exact."""
    (sums,) = product(a, b, a_zero, b_zero)
    rounded = numpy.rint(sums * (float(a_scale) * float(b_scale) / float(y_scale))) + int(y_zero)
    limits = numpy.iinfo(y_zero.dtype)
    return [numpy.clip(rounded, limits.min, limits.max).astype(y_zero.dtype)]


@operator("QLinearMatMul", "T1", types=["tensor(int8)", "tensor(uint8)"])
def quantised_product(t):
    for other in [numpy.int8, numpy.uint8]:
        scale = [numpy.array(2.0**power, numpy.float32) for power in (-4, -3, 3)]
        inputs = [data(t, (3, 8)), scale[0], numpy.array(3, t), data(other, (8, 5), seed=3), scale[1]]
        inputs += [numpy.array(5, other), scale[2], numpy.array(9, t)]
        yield Case("", inputs, wanted=scaled, label=f"by {numpy.dtype(other).name}")


def quantised_convolved(x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero):
    (sums,) = convolved(x, w, x_zero, w_zero)
    rounded = numpy.rint(sums * (float(x_scale) * float(w_scale) / float(y_scale))) + int(y_zero)
    limits = numpy.iinfo(y_zero.dtype)
    return [numpy.clip(rounded, limits.min, limits.max).astype(y_zero.dtype)]


@operator("QLinearConv", "T1")
def quantised_convolution(t):
    for other in [numpy.int8, numpy.uint8]:
        scale = [numpy.array(2.0**power, numpy.float32) for power in (-4, -3, 3)]
        inputs = [data(t, (1, 3, 5, 5)), scale[0], numpy.array(3, t), data(other, (2, 3, 3, 3), seed=3), scale[1]]
        inputs += [numpy.array(5, other), scale[2], numpy.array(9, t)]
        yield Case("", inputs, wanted=quantised_convolved, label=f"by {numpy.dtype(other).name}")


FLOATS = ["tensor(float)", "tensor(double)", "tensor(float16)"]
INTEGERS = ["tensor(int32)", "tensor(int64)", "tensor(uint32)", "tensor(uint64)"]


@operator("MatMul", "T", types=FLOATS)
def floats(t):
    yield Case("", [data(t, (2, 3, 4), "small"), data(t, (4, 5), "small", 2)], exact=False)


@operator("MatMul", "T", types=INTEGERS)
def whole_numbers(t):
    yield Case("", [data(t, (2, 3, 4), "small"), data(t, (4, 5), "small", 2)])


@operator("Gemm", "T", types=FLOATS + INTEGERS)
def dense(t):
    inputs = [data(t, (3, 4), "small"), data(t, (5, 4), "small", 2), data(t, (5,), "small", 5)]
    yield Case("", inputs, {"transB": 1}, exact=False)


@operator("Einsum", "T")
def einsum(t):
    square = data(t, (3, 3), "small")
    factors = [data(t, (3, 4), "small"), data(t, (4, 2), "small", 2)]
    for label, equation, inputs in [
        ("product", "ij,jk->ik", factors),
        ("sum", "ij->", factors[:1]),
        ("diagonal", "ii->i", [square]),
    ]:
        yield Case("", inputs, {"equation": equation}, exact=False, label=label)
