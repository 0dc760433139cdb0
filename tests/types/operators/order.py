"""Operators that compare elements."""

import numpy

from cases import Case, data, operator

for name in ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"]:

    @operator(name, "T")
    def compare(t):
        yield Case("", [data(t, (5, 4)), data(t, (5, 4), seed=4)])
        yield Case("", [data(t, (5, 4)), data(t, (4,), seed=1)], label="broadcast")


for name in ["Min", "Max"]:

    @operator(name, "T")
    def extreme(t):
        yield Case("", [data(t, (5, 4), "ordered"), data(t, (5, 4), "ordered", 4)])
        three = [data(t, (5, 4), "ordered"), data(t, (4,), "ordered", 4), data(t, (5, 1), "ordered", 2)]
        yield Case("", three, label="of three")
        yield Case("", [data(t, (5, 4), "ordered"), data(t, (), "ordered", 5)], label="of a scalar")


@operator("Clip", "T")
def clip(t):
    low, high = (numpy.array(bound, dtype=t) for bound in (2, 5))
    yield Case("", [data(t, (3, 4), "ordered"), low, high])
    yield Case("", [data(t, (3, 4), "ordered"), None, high], label="from above")
    yield Case("", [data(t, (3, 4), "ordered")], label="without bounds")
    bounds = [data(t, (), "small", 2), data(t, (), "small", 4)]
    yield Case("", [data(t, (3, 4), "ordered"), *bounds], label="by computed bounds")


for name in ["ReduceMax", "ReduceMin"]:

    @operator(name, "T")
    def reduce(t):
        for label, axes, keep in [("row", [1], 0), ("column", [0], 1), ("all", [0, 1], 0)]:
            inputs = [data(t, (3, 4), "ordered"), numpy.array(axes)]
            yield Case("", inputs, {"keepdims": keep}, label=label)


for name in ["ArgMax", "ArgMin"]:

    @operator(name, "T")
    def find(t):
        for axis in [0, 1]:
            for last in [0, 1]:
                attributes = {"axis": axis, "keepdims": axis, "select_last_index": last}
                yield Case("", [data(t, (4, 5), "ordered")], attributes, label=f"axis {axis} last {last}")


@operator("TopK", "T")
def top(t):
    for axis in [0, 1]:
        for largest in [0, 1]:
            inputs = [data(t, (4, 6), "ordered"), numpy.array([3])]
            attributes = {"axis": axis, "largest": largest, "sorted": 1}
            yield Case("", inputs, attributes, outputs=2, label=f"axis {axis} largest {largest}")


@operator("Hardmax", "T")
def hardmax(t):
    yield Case("", [data(t, (3, 5), "ordered")])
