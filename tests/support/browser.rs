//! Chromium, which opens a page and says what it sees.

use crate::skip;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A browser, and a folder for what it opens.
pub struct Browser {
    program: PathBuf,
    /// For files that it is to open.
    pub folder: TempDir,
}

/// Frames the page in so many pixels, and says what there is, as JSON in the document.
const PROBE: &str = r#"<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe id="frame" src="PAGE" style="border:0;width:WIDTHpx;height:900px"></iframe><pre id="seen"></pre><script>
document.getElementById('frame').addEventListener('load', () => {
  const inner = document.getElementById('frame').contentWindow, page = inner.document;
  const wide = [...page.querySelectorAll('body *')].filter(e => e.closest('.scroll, svg') === null || e.matches('.scroll'));
  document.getElementById('seen').textContent = 'SEEN' + JSON.stringify({
    width: inner.innerWidth, scroll: page.documentElement.scrollWidth,
    outside: wide.filter(e => e.getBoundingClientRect().right > inner.innerWidth + 1).map(e => e.outerHTML.slice(0, 80)),
    cut: wide.filter(e => !e.matches('.scroll') && e.scrollWidth > e.clientWidth + 1 &&
      inner.getComputedStyle(e).display !== 'inline').map(e => e.outerHTML.slice(0, 80)),
    background: inner.getComputedStyle(page.body).backgroundColor,
    fetched: inner.performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:')),
    pictures: [...page.images].map(i => [i.complete, i.naturalWidth]),
    scripts: page.scripts.length, text: page.body.innerText }) + 'SEEN';
});
</script>"#;

impl Browser {
    /// The browser that `MAASM_BROWSER` names; nothing, and the reason printed, if it names none.
    ///
    /// # Panics
    /// As [`skip::for_want_of`] does.
    pub fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("MAASM_BROWSER").map(PathBuf::from) else {
            skip::for_want_of("Chromium (MAASM_BROWSER names its program)");
            return None;
        };
        Some(Self { program, folder: tempfile::tempdir().unwrap() })
    }

    /// Opens a page so many pixels wide, dark or light. What there is to see, and what was written to the console.
    ///
    /// # Panics
    /// If the browser fails.
    pub fn see(&self, page: &Path, width: u32, dark: bool) -> (Value, String) {
        let probe = self.folder.path().join("probe.html");
        let page = page.file_name().unwrap().to_str().unwrap();
        std::fs::write(&probe, PROBE.replace("PAGE", page).replace("WIDTH", &width.to_string())).unwrap();
        let scheme = format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 });
        let look = || self.open(&probe, &["--dump-dom", "--window-size=1600,1000", &scheme]);
        // On a busy machine the time that a page is given can end before it has been loaded.
        let has_loaded = |output: &Output| String::from_utf8_lossy(&output.stdout).contains("SEEN{");
        let output = (0..4).map(|_| look()).find(has_loaded).unwrap_or_else(look);
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let console = log.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
        (seen(&String::from_utf8(output.stdout).unwrap()), console)
    }

    /// The document at an address, once all is done that its scripts begin. Every name below `example` leads to this
    /// machine.
    ///
    /// # Panics
    /// If the browser fails.
    pub fn visit(&self, address: &str) -> String {
        let names = "--host-resolver-rules=MAP *.example 127.0.0.1";
        String::from_utf8(self.run(address, &["--dump-dom", names]).stdout).unwrap()
    }

    /// A picture of the page.
    ///
    /// # Panics
    /// If the browser fails.
    pub fn screenshot(&self, page: &Path, width: u32, to: &Path) {
        let screenshot = format!("--screenshot={}", to.display());
        self.open(page, &[&screenshot, &format!("--window-size={width},4000"), "--hide-scrollbars"]);
    }

    /// The page as it is printed.
    ///
    /// # Panics
    /// If the browser fails.
    pub fn print(&self, page: &Path) -> Vec<u8> {
        let to = self.folder.path().join("page.pdf");
        self.open(page, &[&format!("--print-to-pdf={}", to.display())]);
        std::fs::read(to).unwrap()
    }

    /// Opens a file. Files may look at each other, for the probe.
    fn open(&self, page: &Path, arguments: &[&str]) -> Output {
        self.run(&format!("file://{}", page.display()), &[&["--allow-file-access-from-files"], arguments].concat())
    }

    fn run(&self, address: &str, arguments: &[&str]) -> Output {
        let profile = self.folder.path().join("profile");
        let mut command = Command::new(&self.program);
        // What a page does is told.
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0"]);
        command.args(["--disable-quic", "--no-first-run", "--disable-background-networking"]);
        command.args(["--disable-component-update", "--disable-sync", "--virtual-time-budget=10000"]);
        command.arg(format!("--user-data-dir={}", profile.display())).args(arguments);
        let output = command.arg(address).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

/// What a document says between two marks, as JSON. The script that says it comes after it.
///
/// # Panics
/// If it says nothing.
pub fn seen(document: &str) -> Value {
    let seen = document.split("SEEN").nth(1).unwrap_or_default();
    let seen = seen.replace("&nbsp;", "\u{a0}").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {document}"))
}
