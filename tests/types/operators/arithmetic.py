"""Element-wise arithmetic."""

import numpy

from cases import Case, data, operator

for name in ["Add", "Sub", "Mul"]:

    @operator(name, "T")
    def of_two(t):
        yield Case("", [data(t, (3, 4), "small"), data(t, (4,), "small", 2)], exact=False)
        if t.kind in "iu":
            # What does not fit wraps around.
            yield Case("", [data(t, (3, 4)), data(t, (4,), seed=2)], label="beyond")


@operator("Div", "T")
def divide(t):
    yield Case("", [data(t, (3, 4), "small"), data(t, (4,), "positive", 2)], exact=False)


@operator("Pow", "T")
def power(t):
    yield Case("", [data(t, (3, 4), "positive"), data(t, (4,), "positive", 2)], exact=False)


@operator("Mod", "T")
def modulo(t):
    for fmod in [0, 1] if t.kind in "iu" else [1]:
        inputs = [data(t, (3, 4), "small"), data(t, (4,), "positive", 2)]
        yield Case("", inputs, {"fmod": fmod}, exact=False, label=f"fmod {fmod}")


for name in ["Sum", "Mean"]:

    @operator(name, "T")
    def of_some(t):
        inputs = [data(t, (3, 4), "small"), data(t, (4,), "small", 2), data(t, (3, 1), "small", 5)]
        yield Case("", inputs, exact=False)


for name in ["Abs", "Neg", "Sign", "Relu"]:

    @operator(name, "T")
    def of_one(t):
        yield Case("", [data(t, (3, 4), "small")])
        if t.kind in "iu":
            yield Case("", [data(t, (3, 4))], label="beyond")


for name in ["Round", "Floor", "Ceil"]:

    @operator(name, "T")
    def rounded(t):
        yield Case("", [data(t, (3, 4), "small")], exact=False)


@operator("PRelu", "T")
def prelu(t):
    yield Case("", [data(t, (3, 4), "small"), data(t, (4,), "small", 2)], exact=False)


@operator("Range", "T")
def count(t):
    yield Case("", [numpy.array(bound, dtype=t) for bound in (1, 7, 2)], exact=False)
