//! `wasmtime serve`: the component and the line that serves it.

use super::File;

const SCRIPT: &str = "\
#!/bin/sh
# Serves the model over HTTP: sh serve.sh [ADDRESS]. Takes wasmtime 49 or newer.
set -eu
cd \"$(dirname \"$0\")\"
exec wasmtime serve --addr \"${1:-127.0.0.1:8000}\" service.wasm
";

pub(super) fn files(service: &[u8]) -> Vec<File> {
    vec![File::new("serve.sh", SCRIPT), File::new("service.wasm", service)]
}
