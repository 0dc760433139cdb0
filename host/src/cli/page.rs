//! `--limit`, `--after`: part of a list.

/// Part of a list.
#[derive(clap::Args, Clone, Debug)]
pub struct Page {
    /// How many at most, up to 1000
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Those that follow; what the end of an earlier list told
    #[arg(long, value_name = "LAST")]
    after: Option<String>,
}

impl Page {
    /// As the server's routes take it.
    pub fn parameters(&self) -> [(&'static str, Option<String>); 2] {
        [("limit", Some(self.limit.to_string())), ("after", self.after.clone())]
    }
}
