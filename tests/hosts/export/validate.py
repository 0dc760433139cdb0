"""Checks the documents of a YAML file and prints them as JSON: SCHEMA FILE.

The schema is a file, or `kubernetes` for Kubernetes' own, of the newest version that the package kubernetes-validate has;
strict ones, which know of no other fields.
"""

import json
import sys

import jsonschema
import kubernetes_validate
import yaml

schema, path = sys.argv[1:]
documents = list(yaml.safe_load_all(open(path, encoding="utf-8")))
for document in documents:
    if schema == "kubernetes":
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
    else:
        jsonschema.Draft202012Validator(json.load(open(schema, encoding="utf-8"))).validate(document)
print(json.dumps(documents))
