"""Asks models by tritonclient, in every form that it has, and compares with what /api/v1 answers.

    open_inference_client.py HOST:PORT PICTURE MODEL...
"""

import base64
import http.client
import json
import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException, triton_to_np_dtype


def main(address, picture, *models):
    with triton.InferenceServerClient(address) as client:
        server(client, models)
        for model in models:
            tensors(client, address, model)
            if accepts_pictures(address, model):
                pictures(client, address, model, picture)


def server(client, models):
    assert client.is_server_live() and client.is_server_ready()
    metadata = client.get_server_metadata()
    assert metadata["name"] == "maasm" and "binary_tensor_data" in metadata["extensions"], metadata
    assert [entry["name"] for entry in client.get_model_repository_index()] == sorted(models)
    assert not client.is_model_ready("nobody")
    says("there is no model", lambda: client.get_model_metadata("nobody"))


def tensors(client, address, model):
    metadata = client.get_model_metadata(model)
    version = metadata["versions"][-1]
    assert client.is_model_ready(model) and client.is_model_ready(model, version)
    assert client.get_model_metadata(model, version) == metadata
    random = np.random.default_rng(7)
    arrays = {
        info["name"]: random.standard_normal(info["shape"]).astype(triton_to_np_dtype(info["datatype"]))
        for info in metadata["inputs"]
    }
    expected = by_api(address, model, metadata, arrays)
    asked = {
        "all": None,
        "binary": [triton.InferRequestedOutput(name, binary_data=True) for name in expected],
        "JSON": [triton.InferRequestedOutput(name, binary_data=False) for name in expected],
    }
    for sent in (True, False):
        for received, outputs in asked.items():
            for named in ("", version):
                inputs = [given(info, arrays[info["name"]], sent) for info in metadata["inputs"]]
                result = client.infer(model, inputs, model_version=named, outputs=outputs, request_id="42")
                response = result.get_response()
                assert (response["model_name"], response["model_version"]) == (model, version)
                assert response["id"] == "42"
                same(result, expected)
                form = "binary" if sent else "JSON"
                print(f"{model} {named or 'newest'}: {form} in, {received} out: {len(expected)} equal")
    last = list(expected)[-1:]
    only = client.infer(model, inputs, outputs=[triton.InferRequestedOutput(*last)])
    assert [output["name"] for output in only.get_response()["outputs"]] == last
    inputs[0].set_shape([3])
    inputs[0].set_data_from_numpy(np.zeros(3, arrays[inputs[0].name()].dtype))
    says("of shape [3]", lambda: client.infer(model, inputs))
    says("is no output", lambda: client.infer(model, inputs, outputs=[triton.InferRequestedOutput("nothing")]))


def pictures(client, address, model, picture):
    with open(picture, "rb") as file:
        content = file.read()
    expected = outputs(ask(address, f"/api/v1/infer?model={model}", content))
    for sent, element in ((True, content), (False, base64.b64encode(content))):
        image = triton.InferInput("image", [1], "BYTES")
        image.set_data_from_numpy(np.array([element], dtype=np.object_), binary_data=sent)
        same(client.infer(model, [image]), expected)
    print(f"{model}: a picture, binary and in JSON: {len(expected)} equal")


def given(info, array, binary):
    tensor = triton.InferInput(info["name"], info["shape"], info["datatype"])
    return tensor.set_data_from_numpy(array, binary_data=binary)


def same(result, expected):
    for name, array in expected.items():
        found = result.as_numpy(name)
        assert (found.shape, found.dtype) == (array.shape, array.dtype), name
        assert found.tobytes() == array.tobytes(), f"{name}: {np.abs(found - array).max()} between them"


def says(what, call):
    """Checks that the server refuses, and that the client tells why."""
    try:
        call()
    except InferenceServerException as error:
        assert what in error.message(), error
    else:
        raise AssertionError(f"it should be refused with {what!r}")


def by_api(address, model, metadata, arrays):
    inputs = [{**info, "data": arrays[info["name"]].flatten().tolist()} for info in metadata["inputs"]]
    return outputs(ask(address, f"/api/v1/infer?model={model}", json.dumps({"inputs": inputs}).encode()))


def outputs(answer):
    return {
        output["name"]: np.array(output["data"], triton_to_np_dtype(output["datatype"])).reshape(output["shape"])
        for output in answer["outputs"]
    }


def accepts_pictures(address, model):
    return bool(ask(address, f"/api/v1/models/{model}")["versions"][-1]["accepts"])


def ask(address, path, body=None):
    connection = http.client.HTTPConnection(address)
    connection.request("GET" if body is None else "POST", path, body)
    response = connection.getresponse()
    assert response.status == 200, response.read()
    return json.load(response)


main(*sys.argv[1:])
