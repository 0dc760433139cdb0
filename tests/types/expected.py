"""What others make of a model: onnxruntime, or ONNX's reference implementation where that lacks the type."""

import dataclasses

import numpy
import onnxruntime
from onnx.reference import ReferenceEvaluator

import cases

OPTIONS = onnxruntime.SessionOptions()
# What is compared with should do what the model says, and nothing clever.
OPTIONS.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
OPTIONS.intra_op_num_threads = 1
OPTIONS.log_severity_level = 4


# Types that some operators are written for nowhere, which i64 holds: moving their elements is the same.
NARROW = [numpy.dtype(name) for name in ("bool", "int16", "uint16")]


def outputs(case, model):
    """The outputs; None if nobody computes them."""
    if case.wanted:
        return case.wanted(*case.tensors())
    found = computed(case, model)
    if found is None and numpy.dtype(cases.TYPES[f"tensor({case.type})"]) in NARROW:
        return widened(case)
    return found


def computed(case, model):
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), OPTIONS, providers=["CPUExecutionProvider"]
        )
        return session.run(None, case.given())
    except Exception:
        pass
    try:
        found = ReferenceEvaluator(model).run(None, case.given())
        found = [numpy.asarray(one) for one in found]
        # It leaves the type to numpy, whose sums of u32 are u64.
        sums = case.operator.startswith("Reduce")
        return [one.astype(cases.TYPES[f"tensor({case.type})"]) for one in found] if sums else found
    except Exception:
        return None


def widened(case):
    """The outputs by way of i64."""
    narrow = numpy.dtype(cases.TYPES[f"tensor({case.type})"])

    def wide(one):
        if isinstance(one, cases.Data):
            return cases.Data(wide(one.tensor))
        return one.astype(numpy.int64) if one is not None and one.dtype == narrow else one

    case = dataclasses.replace(case, inputs=[wide(one) for one in case.inputs])
    found = computed(case, case.model())
    return None if found is None else [one.astype(narrow) if one.dtype == numpy.int64 else one for one in found]
