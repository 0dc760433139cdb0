//! Chromium, which opens a page and says what it sees.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A browser, and a folder for what it opens.
pub struct Browser {
    program: PathBuf,
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
    pub fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("MAASM_BROWSER").map(PathBuf::from) else {
            maasm_tests::skip::for_want_of("Chromium (MAASM_BROWSER names its program)");
            return None;
        };
        Some(Self { program, folder: tempfile::tempdir().unwrap() })
    }

    /// Opens a page so many pixels wide, dark or light. What there is to see, and what was written to the console.
    pub fn see(&self, page: &Path, width: u32, dark: bool) -> (Value, String) {
        let probe = self.folder.path().join("probe.html");
        let page = page.file_name().unwrap().to_str().unwrap();
        std::fs::write(&probe, PROBE.replace("PAGE", page).replace("WIDTH", &width.to_string())).unwrap();
        let scheme = format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 });
        let output = self.run(&probe, &["--dump-dom", "--window-size=1600,1000", &scheme]);
        let dom = String::from_utf8(output.stdout).unwrap();
        // The script that says it comes after it.
        let seen = dom.split("SEEN").nth(1).unwrap_or_default();
        let seen = seen.replace("&nbsp;", "\u{a0}").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let console = log.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
        (serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {dom}\n{log}")), console)
    }

    /// A picture of the page.
    pub fn screenshot(&self, page: &Path, width: u32, to: &Path) {
        let screenshot = format!("--screenshot={}", to.display());
        self.run(page, &[&screenshot, &format!("--window-size={width},4000"), "--hide-scrollbars"]);
    }

    /// The page as it is printed.
    pub fn print(&self, page: &Path) -> Vec<u8> {
        let to = self.folder.path().join("page.pdf");
        self.run(page, &[&format!("--print-to-pdf={}", to.display())]);
        std::fs::read(to).unwrap()
    }

    fn run(&self, page: &Path, arguments: &[&str]) -> Output {
        let profile = self.folder.path().join("profile");
        let mut command = Command::new(&self.program);
        // What a page does is told; files may look at each other, for the probe.
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0"]);
        command.args(["--allow-file-access-from-files", "--virtual-time-budget=10000"]);
        command.arg(format!("--user-data-dir={}", profile.display())).args(arguments);
        let output = command.arg(format!("file://{}", page.display())).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }
}
