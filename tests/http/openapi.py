"""Checks an OpenAPI document, and answers of the server against the schemas that it promises.

Standard input holds {"document": …, "answers": [{"method", "path", "status", "type", "body"}, …]}; each fault is one
line on standard output.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

given = json.load(sys.stdin)
document = given["document"]


def resolved(item):
    """What an item of the document means, if it is a reference."""
    if "$ref" not in item:
        return item
    found = document
    for step in item["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


for error in OpenAPIV31SpecValidator(document).iter_errors():
    print("document:", error.message)
for answer in given["answers"]:
    what = f"{answer['method'].upper()} {answer['path']} with the status {answer['status']}"
    responses = document["paths"][answer["path"]][answer["method"]]["responses"]
    response = responses.get(str(answer["status"])) or responses["default"]
    content = resolved(response).get("content", {}).get(answer["type"])
    if content is None:
        print(f"{what}: the document tells of no {answer['type']}")
        continue
    # With the components beside it, so that references lead somewhere.
    schema = {**content["schema"], "components": document["components"]}
    for error in Draft202012Validator(schema).iter_errors(answer["body"]):
        print(f"{what}: {error.json_path}: {error.message}")
