//! The command line itself.

use crate::commands::place::{Place, program};
use std::path::Path;

/// The commands as `maasm help` lists them.
fn commands() -> Vec<String> {
    let help = String::from_utf8(program().arg("--help").output().unwrap().stdout).unwrap();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let name =
        |line: &str| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()).map(String::from);
    list.lines().filter_map(name).filter(|name| name != "help").collect()
}

#[test]
fn every_command_has_its_completions_and_its_page_in_the_manual() {
    let place = Place::local();
    let manual = place.folder().join("manual");
    place.text(&["man", manual.to_str().unwrap()]);
    let page = |name: &str| std::fs::read_to_string(manual.join(format!("{name}.1"))).unwrap();
    assert!(page("maasm").contains("maasm\\-publish(1)"));
    assert!(commands().len() >= 20);
    for shell in ["bash", "zsh", "fish"] {
        let script = place.text(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not know {command}");
        }
    }
    for command in commands() {
        assert!(page(&format!("maasm-{command}")).contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(page("maasm-key-create").contains("valid"));
}

#[test]
fn a_wrong_command_line_ends_with_two() {
    for wrong in [
        &["show"][..],
        &["show", "../x"],
        &["split", "animals"],
        &["split", "animals", "1.0.0"],
        &["split", "animals", "1.0.0=101%"],
        &["delete", "animals"],
        &["delete", "animals@latest"],
        &["gc", "--younger-than", "30d"],
        &["key", "create", "--name", "x"],
        &["key", "create", "--name", "x", "--role", "king"],
        &["list", "--limit", "0"],
        &["list", "--server", "ftp://example.org"],
        &["list", "--server", "http://127.0.0.1:1", "--data-dir", "x"],
        &["publish"],
        &["completions", "dos"],
    ] {
        assert_eq!(program().args(wrong).output().unwrap().status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_command_line_counts_before_the_environment() {
    let place = Place::local().with(&["1.0.0"]);
    let folder = place.folder().to_str().unwrap();
    let told = |command: &mut std::process::Command| command.args(["list", "--json"]).output().unwrap();
    let server = "http://127.0.0.1:1";
    let output = told(program().env("MAASM_SERVER", server).env("MAASM_DATA_DIR", folder));
    assert_eq!(output.status.code(), Some(1), "of both in the environment the server counts");
    let output = program().env("MAASM_SERVER", server).args(["list", "--data-dir", folder]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = program().env("MAASM_DATA_DIR", folder).args(["list", "--server", server]).output().unwrap();
    assert!(!output.status.success());
}

#[test]
fn a_file_of_settings_counts_after_the_environment() {
    let place = Place::local().with(&["1.0.0"]);
    let folder = place.folder().to_str().unwrap();
    let settings = place.file("maasm.toml", format!("data-dir = {folder:?}\n[list]\nlimit = 1\n").as_bytes());
    let listed = |command: &mut std::process::Command| command.args(["list", "--json"]).output().unwrap();
    let output = listed(program().args(["--config", &settings]));
    assert!(String::from_utf8_lossy(&output.stdout).contains("animals"), "{output:?}");
    let other = Place::local();
    let output = listed(program().env("MAASM_CONFIG", &settings).env("MAASM_DATA_DIR", other.folder()));
    assert!(output.status.success() && !String::from_utf8_lossy(&output.stdout).contains("animals"), "{output:?}");
}

#[test]
fn settings_that_make_no_sense_are_told_on_one_line() {
    let place = Place::local();
    for (text, says) in [
        ("data-dir", "is not in the form of TOML"),
        ("[lisst]\nlimit = 1", "[lisst] is no command of maasm"),
        ("[list]\nlimmit = 1", "\"limmit\", which `maasm list` does not know; it knows limit"),
    ] {
        let settings = place.file("maasm.toml", text.as_bytes());
        place.fails(&["list", "--config", &settings], says);
    }
    place.fails(&["list", "--config", "/nowhere/maasm.toml"], "/nowhere/maasm.toml cannot be read");
}

#[test]
fn a_place_that_is_not_there_is_told_on_one_line() {
    let place = Place::local();
    place.fails(&["list", "--server", "http://127.0.0.1:1"], "cannot reach http://127.0.0.1:1");
    let file = place.file("file", b"");
    place.fails(&["list", "--data-dir", &file], &file);
    assert!(!Path::new(&file).is_dir());
}

#[test]
fn what_is_no_maasm_server_is_told_from_one() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        }
    });
    Place::local().fails(&["list", "--server", &address], "answers 502 Bad Gateway; is it a maasm server?");
}
