"""A model's parameters and structure become a service, as a client that knows nothing else does it.

Arguments: the server's address, a structure (JSON), its parameters (.safetensors), a photograph. Prints what the server
recognised.
"""

import json
import sys

import numpy
import requests

address, structure_file, parameters_file, photograph = sys.argv[1:]


def parameters(path):
    """The tensors of a .safetensors file as lists: <https://github.com/huggingface/safetensors#format>."""
    types = {"F32": numpy.float32, "I64": numpy.int64}
    data = open(path, "rb").read()
    length = int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8 : 8 + length])
    tensors.pop("__metadata__", None)
    for name, tensor in tensors.items():
        begin, end = (8 + length + offset for offset in tensor["data_offsets"])
        array = numpy.frombuffer(data[begin:end], types[tensor["dtype"]]).reshape(tensor["shape"])
        yield name, array.tolist()


model_params = dict(parameters(parameters_file))
model_structure = json.load(open(structure_file))

response = requests.post(f"{address}/api/v1/model", json={"params": model_params, "structure": model_structure})
assert response.status_code == 202, response.text
job = response.json()
assert requests.get(f"{address}{response.headers['Location']}").json()["id"] == job["id"]

response = requests.post(f"{address}/api/v1/deploy")
assert response.status_code == 200, response.text

image = open(photograph, "rb").read()
headers = {"Content-Type": "application/json"}
response = requests.post(f"{address}/api/v1/recognize", data=image, headers=headers)
assert response.status_code == 200, response.text
print(json.dumps(response.json()))
