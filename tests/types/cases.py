"""Cases: one node each, its inputs known when the model is compiled or given when it runs."""

import dataclasses
import itertools
import typing

import ml_dtypes
import numpy
import onnx
from onnx import helper

import values

OPSET = 28
IR_VERSION = 14

# Element types as onnx.defs writes them, those that numpy itself has first.
TYPES = {
    "tensor(float)": numpy.float32,
    "tensor(double)": numpy.float64,
    "tensor(float16)": numpy.float16,
    "tensor(int8)": numpy.int8,
    "tensor(int16)": numpy.int16,
    "tensor(int32)": numpy.int32,
    "tensor(int64)": numpy.int64,
    "tensor(uint8)": numpy.uint8,
    "tensor(uint16)": numpy.uint16,
    "tensor(uint32)": numpy.uint32,
    "tensor(uint64)": numpy.uint64,
    "tensor(bool)": numpy.bool_,
    "tensor(bfloat16)": ml_dtypes.bfloat16,
    "tensor(complex64)": numpy.complex64,
    "tensor(complex128)": numpy.complex128,
    "tensor(string)": numpy.object_,
    "tensor(float8e4m3fn)": ml_dtypes.float8_e4m3fn,
    "tensor(float8e4m3fnuz)": ml_dtypes.float8_e4m3fnuz,
    "tensor(float8e5m2)": ml_dtypes.float8_e5m2,
    "tensor(float8e5m2fnuz)": ml_dtypes.float8_e5m2fnuz,
    "tensor(float8e8m0)": ml_dtypes.float8_e8m0fnu,
    "tensor(float4e2m1)": ml_dtypes.float4_e2m1fn,
    "tensor(int4)": ml_dtypes.int4,
    "tensor(uint4)": ml_dtypes.uint4,
    "tensor(int2)": ml_dtypes.int2,
    "tensor(uint2)": ml_dtypes.uint2,
}
# The types whose cases are all made; of another one the first is enough to see that it is refused.
ORDINARY = list(TYPES)[:12]
NUMBERS = {
    numpy.dtype(dtype).name: helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype))
    for dtype in (TYPES[name] for name in ORDINARY)
}


@dataclasses.dataclass
class Data:
    """An input that is known in one case and given in another."""

    tensor: numpy.ndarray


@dataclasses.dataclass
class Case:
    """A node with its inputs: `Data`, arrays that are always known, or None."""

    operator: str
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1
    # Whether all bits must agree; else floats may be a little off.
    exact: bool = True
    # What must come out where onnxruntime and exact arithmetic differ, or where nobody computes the type.
    wanted: typing.Callable | None = None
    label: str = ""
    type: str = ""
    known: tuple = ()
    opset: int = OPSET

    @property
    def name(self):
        places = [place for place, one in enumerate(self.inputs) if isinstance(one, Data)]
        given = ",".join(str(place) for place in places if place not in self.known) or "nothing"
        return f"{self.operator} {self.label} {self.type} given {given}".replace("  ", " ")

    def tensors(self):
        """The inputs' tensors."""
        return [one.tensor if isinstance(one, Data) else one for one in self.inputs]

    def given(self):
        """What goes in, by name."""
        given = enumerate(self.inputs)
        return {f"i{p}": one.tensor for p, one in given if isinstance(one, Data) and p not in self.known}

    def model(self):
        given = self.given()
        names = ["" if one is None else f"i{place}" for place, one in enumerate(self.inputs)]
        while names and not names[-1]:
            names.pop()
        outputs = [f"o{place}" for place in range(self.outputs)]
        node = helper.make_node(self.operator, names, outputs, name="the-node", **self.attributes)
        known = {name: t for name, t in zip(names, self.tensors()) if name and name not in given}
        graph = helper.make_graph(
            [node],
            "case",
            [helper.make_tensor_value_info(n, onnx_type(t), t.shape) for n, t in given.items()],
            [onnx.ValueInfoProto(name=output) for output in outputs],
            [initializer(t, n) for n, t in known.items()],
        )
        opset = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)


def onnx_type(tensor):
    if tensor.dtype == numpy.object_:
        return onnx.TensorProto.STRING
    return helper.np_dtype_to_tensor_dtype(tensor.dtype)


def initializer(tensor, name):
    return onnx.numpy_helper.from_array(numpy.asarray(tensor), name)


MAKERS = []


def operator(name, parameter=None, types=None, opset=OPSET):
    """Registers what makes an operator's cases of one type, for every type that its definition allows `parameter`."""

    def register(make):
        MAKERS.append((name, parameter, types, opset, make))
        return make

    return register


def allowed(name, parameter, opset):
    """The element types that an operator's definition allows."""
    schema = onnx.defs.get_schema(name, opset)
    (constraint,) = [one for one in schema.type_constraints if one.type_param_str == parameter]
    return [one for one in TYPES if one in constraint.allowed_type_strs]


def every():
    for name, parameter, types, opset, make in MAKERS:
        for type_name in types or allowed(name, parameter, opset):
            made = make(numpy.dtype(TYPES[type_name]))
            if type_name not in ORDINARY:
                made = itertools.islice(made, 1)
            for case in made:
                case = dataclasses.replace(case, operator=name, type=type_name[7:-1], opset=opset)
                for known in choices(case, type_name in ORDINARY):
                    yield dataclasses.replace(case, known=known)


def choices(case, all_of_them):
    """Which inputs are known: none, all, and of several the first or the last alone."""
    places = tuple(place for place, one in enumerate(case.inputs) if isinstance(one, Data))
    yield ()
    if not all_of_them or not places:
        return
    yield places
    if len(places) > 1:
        yield places[:1]
        yield places[-1:]


def data(dtype, shape, kind="any", seed=0):
    """An input of this type."""
    return Data(values.of(numpy.dtype(dtype), tuple(shape), kind, seed))


def integers(*numbers):
    """A list of whole numbers that is always known."""
    return numpy.array(numbers, dtype=numpy.int64)
