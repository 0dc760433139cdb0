//! Where a server listens.

use crate::commands::place::{Place, program};
use crate::http::server::Server;

#[test]
fn a_port_alone_and_a_hosts_name_are_addresses() {
    let place = Place::local();
    let data = place.folder().to_str().unwrap();
    // RFC 6761 6.3: the name is always this machine's own address.
    for listen in ["0", "localhost:0", "127.0.0.1:0"] {
        let server = Server::start(&[], &["--data-dir", data, "--listen", listen]);
        assert_eq!(server.address.ip().to_string(), "127.0.0.1", "{listen}");
        assert_eq!(server.get("/healthz").status, 200, "{listen}");
    }
}

#[test]
fn what_is_no_address_is_told_with_what_is_one() {
    for listen in ["localhost", "127.0.0.1", "127.0.0.1:70000", "::1:http"] {
        let ran = program().args(["serve", "--listen", listen]).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{listen}: {told}");
        assert!(told.contains("write it as 127.0.0.1:3000"), "{listen}: {told}");
    }
    // RFC 6761 6.4: this name never has an address.
    Place::local().fails(&["serve", "--listen", "models.invalid:3000"], "models.invalid:3000");
}
