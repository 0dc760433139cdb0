"""Operators that sum or multiply along axes."""

import numpy

from cases import Case, data, operator

SUMS = ["ReduceSum", "ReduceMean", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare"]
LOGARITHMS = ["ReduceLogSum", "ReduceLogSumExp"]

for name in SUMS + LOGARITHMS:

    @operator(name, "T")
    def reduce(t, kind="positive" if name in LOGARITHMS else "small"):
        for label, axes, keep in [("row", [1], 0), ("column", [0], 1), ("all", [0, 1], 0)]:
            inputs = [data(t, (3, 4), kind), numpy.array(axes)]
            yield Case("", inputs, {"keepdims": keep}, exact=False, label=label)
        yield Case("", [data(t, (3, 4), kind)], exact=False, label="without axes")
        nothing = {"noop_with_empty_axes": 1}
        yield Case("", [data(t, (3, 4), kind)], nothing, exact=False, label="of nothing")


@operator("CumSum", "T")
def cumulate(t):
    for axis, exclusive, reverse in [(0, 0, 0), (1, 1, 0), (1, 0, 1)]:
        attributes = {"exclusive": exclusive, "reverse": reverse}
        label = f"axis {axis} {'exclusive' * exclusive}{'reverse' * reverse}"
        yield Case("", [data(t, (3, 4), "small"), numpy.array(axis)], attributes, exact=False, label=label)
