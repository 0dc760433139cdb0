"""Operators of truth values and of bits."""

from cases import Case, data, operator


@operator("Where", "T")
def where(t):
    yield Case("", [data(bool, (3, 4)), data(t, (3, 4)), data(t, (4,), seed=4)])
    yield Case("", [data(bool, (3, 1)), data(t, ()), data(t, (3, 4), seed=4)], label="of a scalar")


for name in ["And", "Or", "Xor"]:

    @operator(name, "T")
    def of_two(t):
        yield Case("", [data(t, (3, 4)), data(t, (4,), seed=4)])


@operator("Not", "T")
def contrary(t):
    yield Case("", [data(t, (3, 4))])


for name in ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]:

    @operator(name, "T")
    def bits_of_two(t):
        yield Case("", [data(t, (3, 4)), data(t, (4,), seed=4)])


@operator("BitwiseNot", "T")
def bits(t):
    yield Case("", [data(t, (3, 4))])


@operator("BitShift", "T")
def shift(t):
    for direction in ["LEFT", "RIGHT"]:
        yield Case("", [data(t, (3, 4)), data(t, (4,), "small")], {"direction": direction}, label=direction)


@operator("IsNaN", "T1")
def is_nan(t):
    yield Case("", [data(t, (3, 6))])


@operator("IsInf", "T1")
def is_inf(t):
    for positive, negative in [(1, 1), (1, 0), (0, 1)]:
        attributes = {"detect_positive": positive, "detect_negative": negative}
        yield Case("", [data(t, (3, 6))], attributes, label=f"{positive}{negative}")
