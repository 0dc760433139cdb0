"""Checks an OpenAPI document, and answers of a server against its schemas.

Arguments: the document, and a JSON file with pairs of an operation's path and method, a status and an answer.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

document = json.load(open(sys.argv[1]))
validate(document)

for path, method, status, answer in json.load(open(sys.argv[2])):
    responses = document["paths"][path][method]["responses"]
    response = responses.get(str(status), responses.get("default"))
    [content] = response["content"].values()
    # The schema refers to others by their place in the whole document.
    schema = {**document, **content["schema"]}
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(answer)]
    assert not errors, f"{method} {path}: {errors}"
