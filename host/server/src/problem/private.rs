//! Paths of the server's files, which are the business of those alone whose machine it is.
//!
//! Errors say of themselves what anybody may be told, and the rest goes to the log. This is the last look at what they say,
//! since some is passed on from libraries and other processes.

use super::{Kind, Problem};
use maasm_registry::MACHINE;
use maasm_registry::Registry;
use std::path::Path;
use std::sync::Arc;

/// Folders in the data folder: what else is called as that folder is, such as a layer of a model, may be told.
const FOLDERS: [&str; 6] = ["answers", "blobs", "code", "jobs", "searches", "temporary"];

/// Beginnings of paths that nobody else is told.
#[derive(Clone, Debug)]
pub struct Private {
    beginnings: Arc<[String]>,
}

impl Private {
    /// Those of this registry and of this process.
    pub fn of(registry: &Registry) -> Self {
        let given = registry.folder().to_owned();
        let real = given.canonicalize().unwrap_or_else(|_| given.clone());
        let in_data = [&given, &real].into_iter().flat_map(|data| FOLDERS.map(|folder| data.join(folder)));
        // As the files are called that this program makes there.
        let passing = std::env::temp_dir().join(".tmp");
        let docker = etcetera::home_dir().ok().map(|home| home.join(".docker"));
        Self::beginning(in_data.chain([passing]).chain(docker))
    }

    fn beginning(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        let texts = paths.into_iter().map(|path| path.as_ref().to_string_lossy().into_owned());
        Self { beginnings: texts.filter(|text| text.starts_with('/')).collect() }
    }

    /// The problem as anybody may be told it.
    pub fn withhold(&self, problem: Problem) -> Problem {
        match self.beginnings.iter().any(|beginning| problem.detail().contains(beginning)) {
            true => Problem::new(Kind::Internal, MACHINE).because(problem.cause()),
            false => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_files_lie_is_withheld_and_layers_that_are_called_alike_are_not() {
        let private = Private::beginning(["/data/jobs", "/tmp/.tmp"]);
        let told = |detail: &str| private.withhold(Problem::new(Kind::ModelRefused, detail));
        for path in ["/data/jobs/1/model: no", "No space left on device at path \"/tmp/.tmpA1\""] {
            let problem = told(path);
            assert_eq!((problem.kind(), problem.detail(), problem.cause()), (Kind::Internal, MACHINE, path));
        }
        let layer = told("the layer /data/Conv has no weights");
        assert_eq!((layer.kind(), layer.detail()), (Kind::ModelRefused, "the layer /data/Conv has no weights"));
    }
}
