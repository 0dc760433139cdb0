//! Pages of other sites in a real browser, which try to use the server of the machine that they are looked at on.

use crate::http::models::small;
use crate::http::server::Server;
use maasm_registry::{Grant, Intent, Registry, Role};
use maasm_tests::browser::{Browser, seen};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// A page whose script has `SERVER` and says what it is told to; served to whoever asks, for as long as the process lives.
struct Site {
    port: u16,
}

impl Site {
    /// Serves a page once the server's address is known.
    fn bind() -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        (Self { port: listener.local_addr().unwrap().port() }, listener)
    }

    fn serve(listener: TcpListener, server: &Server, script: &str) {
        let script = script.replace("SERVER", &format!("http://{}", server.address));
        let page = format!(
            "<!DOCTYPE html><meta charset=utf-8><pre id=seen></pre><script type=module>\
             const say = it => document.getElementById('seen').textContent = 'SEEN' + JSON.stringify(it) + 'SEEN';\
             {script}</script>"
        );
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n", page.len());
                let _ = stream.write_all(format!("{head}Connection: close\r\n\r\n{page}").as_bytes());
            }
        });
    }
}

/// Whether the server's log tells that it answered a request for this path so.
fn answered(server: &Server, path: &str, status: u16) -> bool {
    let (path, status) = (format!("path=\"{path}\""), format!("status={status} "));
    server.log().lines().any(|line| line.contains(&path) && line.contains(&status))
}

#[test]
fn a_page_of_another_site_makes_no_key_and_nothing_else_happen() {
    let Some(browser) = Browser::start() else { return };
    let server = Server::start(&[&small("animals", "1.0.0")], &[]);
    let before = server.get("/api/v1/audit").json();
    let (site, listener) = Site::bind();
    let script = "
        const send = (path, body) => fetch('SERVER/api/v1/' + path, {
            method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'text/plain'}, body});
        await send('keys', JSON.stringify({name: 'x', roles: ['admin']}));
        await send('gc', '{}');
        await send('deploy', '{}');
        await send('recognize', 'x');
        say((await fetch('SERVER/api/v1/audit').then(answer => answer.text()).catch(error => error.name)));";
    Site::serve(listener, &server, script);
    let document = browser.visit(&format!("http://evil.example:{}/", site.port));
    assert_eq!(seen(&document), "TypeError", "the page reads the audit log");
    for path in ["keys", "gc", "deploy", "recognize", "audit"] {
        assert!(answered(&server, &format!("/api/v1/{path}"), 403), "{path}: {}", server.log());
    }
    assert_eq!(server.get("/api/v1/keys").json(), json!({"keys": []}));
    assert_eq!(server.get("/api/v1/audit").json(), before);
}

#[test]
fn a_page_whose_name_leads_here_reads_nothing() {
    let Some(browser) = Browser::start() else { return };
    let server = Server::start(&[&small("animals", "1.0.0")], &[]);
    let port = server.address.port();
    let document = browser.visit(&format!("http://evil.example:{port}/api/v1/audit"));
    assert!(!document.contains("animals") && !document.contains("entries"), "{document}");
    assert!(answered(&server, "/api/v1/audit", 421), "{}", server.log());
    // Under the server's own name the same is there to see.
    let document = browser.visit(&format!("http://127.0.0.1:{port}/api/v1/audit"));
    assert!(document.contains("animals") && document.contains("entries"), "{document}");
}

#[test]
fn a_page_of_a_site_that_was_named_uses_the_server_and_reads_its_answers() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    let grant =
        Grant { name: "a page".into(), roles: vec![Role::Admin], valid_for: None, rate: None, concurrency: None };
    let secret = registry.create_key(&Intent::local(), &grant).unwrap().secret;
    let (site, listener) = Site::bind();
    let origin = format!("http://photos.example:{}", site.port);
    let options = ["--data-dir", folder.path().to_str().unwrap(), "--allow-origin", &origin];
    let server = Server::start(&[&small("animals", "1.0.0")], &options);
    let script = "
        const headers = {Authorization: 'Bearer SECRET', 'Content-Type': 'application/json', 'Idempotency-Key': 'once'};
        const made = await fetch('SERVER/api/v1/gc', {method: 'POST', headers, body: '{}'});
        const alias = await fetch('SERVER/api/v1/models/animals/aliases/stable',
            {method: 'PUT', headers, body: JSON.stringify({version: '1.0.0'})});
        const refused = await fetch('SERVER/api/v1/models', {headers: {Authorization: 'Bearer nobody'}});
        say({made: [made.status, (await made.json()).blobs, made.headers.get('x-request-id').length],
            alias: (await alias.json()).alias, refused: (await refused.json()).type});";
    Site::serve(listener, &server, &script.replace("SECRET", &secret));
    let told = seen(&browser.visit(&format!("{origin}/")));
    assert_eq!(told["made"], json!([200, 0, 36]), "{told}");
    assert_eq!(told["alias"], "stable", "{told}");
    assert_eq!(told["refused"], "urn:maasm:problem:unauthorized", "{told}");
    assert!(answered(&server, "/api/v1/gc", 204), "the browser asked beforehand: {}", server.log());
    // The same page under another name is another site.
    let document = browser.visit(&format!("http://evil.example:{}/", site.port));
    assert!(!document.contains("SEEN{"), "{document}");
    assert!(answered(&server, "/api/v1/gc", 403), "{}", server.log());
}
