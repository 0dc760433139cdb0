//! The file that answers are appended to, chunk by chunk. A process that was killed leaves whole chunks and at most one
//! that breaks off, which its checksum betrays.
//!
//! It begins with a line of JSON that says what the answers are about. Then, for each chunk, in the order in which they were
//! done: its number, how many bytes follow, their CRC-32 (of the number, too), each as a little-endian u32; the answers.

use super::record::{self, Answer};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "maasm-answers/1";

/// What answers are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    schema: String,
    /// What the same answers would come from again: model, data, and how they are computed.
    identity: String,
    samples: u64,
    /// Numbers of each answer.
    width: u64,
}

impl Header {
    pub fn new(identity: &str, samples: usize, width: usize) -> Self {
        Self { schema: SCHEMA.into(), identity: identity.into(), samples: samples as u64, width: width as u64 }
    }
}

/// Why answers cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Another process writes to it.
    #[error("another process evaluates the same model on the same data; wait for it, or end it")]
    Busy,
}

/// Answers on disk.
#[derive(Debug)]
pub struct Checkpoint {
    file: File,
    /// Where it is; none if it goes away by itself.
    path: Option<PathBuf>,
    samples: usize,
    width: usize,
    /// Where each chunk's answers begin and how many bytes they have.
    places: Vec<Option<(u64, u32)>>,
    end: u64,
}

/// How many samples are one chunk: as many as are worth writing down at once, and no more than memory should hold.
fn chunk_size(width: usize) -> usize {
    const MOST: usize = 64;
    const BYTES: usize = 4 << 20;
    (BYTES / (4 * width.max(1))).clamp(1, MOST)
}

impl Checkpoint {
    /// The file at this path, with what is sound and about the same; or one that goes away by itself.
    pub fn open(path: Option<&Path>, header: &Header) -> Result<Self, CheckpointError> {
        let failed =
            |error| CheckpointError::File { path: path.map_or_else(std::env::temp_dir, Path::to_owned), error };
        let file = match path {
            Some(path) => OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path),
            None => tempfile::tempfile(),
        };
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CheckpointError::Busy),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (samples, width) = (header.samples as usize, header.width as usize);
        let chunks = samples.div_ceil(chunk_size(width));
        let mut checkpoint =
            Self { file, path: path.map(Path::to_owned), samples, width, places: vec![None; chunks], end: 0 };
        checkpoint.recover(header).map_err(failed)?;
        Ok(checkpoint)
    }

    /// Finds what is sound, and cuts off the rest.
    fn recover(&mut self, header: &Header) -> io::Result<()> {
        let mut line = serde_json::to_vec(header)?;
        line.push(b'\n');
        let mut reader = BufReader::new(&self.file);
        let mut found = Vec::new();
        reader.by_ref().take(line.len() as u64).read_to_end(&mut found)?;
        if found != line {
            drop(reader);
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&line)?;
            self.end = line.len() as u64;
            return Ok(());
        }
        self.end = line.len() as u64;
        let mut payload = Vec::new();
        loop {
            let mut head = [0; 12];
            if reader.read_exact(&mut head).is_err() {
                break;
            }
            let [chunk, length, checksum] =
                [0, 4, 8].map(|at| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]));
            payload.clear();
            let read = reader.by_ref().take(u64::from(length)).read_to_end(&mut payload)?;
            let sound = read == length as usize && checksum == checksum_of(chunk, &payload);
            let answers = self.range(chunk as usize).len();
            if !sound || answers == 0 || record::read(&payload, answers, self.width).is_none() {
                break;
            }
            self.places[chunk as usize] = Some((self.end + 12, length));
            self.end += 12 + u64::from(length);
        }
        drop(reader);
        self.file.set_len(self.end)
    }

    /// The samples of a chunk.
    pub fn range(&self, chunk: usize) -> std::ops::Range<usize> {
        let size = chunk_size(self.width);
        let start = chunk.saturating_mul(size).min(self.samples);
        start..start.saturating_add(size).min(self.samples)
    }

    /// The chunks that there are no answers to, in order.
    pub fn missing(&self) -> Vec<usize> {
        (0..self.places.len()).filter(|&chunk| self.places[chunk].is_none()).collect()
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> usize {
        self.places.len()
    }

    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// How many numbers an answer has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Where it is, unless it goes away by itself.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes down the answers to a chunk.
    pub fn append(&mut self, chunk: usize, answers: &[u8]) -> Result<(), CheckpointError> {
        let number = chunk as u32;
        let mut bytes = Vec::with_capacity(12 + answers.len());
        for word in [number, answers.len() as u32, checksum_of(number, answers)] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(answers);
        let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&bytes));
        written.map_err(|error| self.failed(error))?;
        self.places[chunk] = Some((self.end + 12, answers.len() as u32));
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// The answers to a chunk; all must be there.
    pub fn read(&self, chunk: usize) -> Result<Vec<Answer>, CheckpointError> {
        let missing = || io::Error::new(io::ErrorKind::InvalidData, "its answers have changed on disk");
        let read = || -> io::Result<Vec<Answer>> {
            let (offset, length) = self.places[chunk].ok_or_else(missing)?;
            let mut bytes = vec![0; length as usize];
            (&self.file).seek(SeekFrom::Start(offset))?;
            (&self.file).read_exact(&mut bytes)?;
            record::read(&bytes, self.range(chunk).len(), self.width).ok_or_else(missing)
        };
        read().map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> CheckpointError {
        CheckpointError::File { path: self.path.clone().unwrap_or_else(std::env::temp_dir), error }
    }
}

fn checksum_of(chunk: u32, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&chunk.to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::super::Times;
    use super::*;

    fn answers(range: std::ops::Range<usize>) -> Vec<Answer> {
        let times = Times::default();
        range.map(|i| Answer { digest: Some([i as u8; 32]), times, values: Ok(vec![i as f32]) }).collect()
    }

    fn bytes(checkpoint: &Checkpoint, chunk: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        answers(checkpoint.range(chunk)).iter().for_each(|answer| record::write(answer, &mut bytes));
        bytes
    }

    #[test]
    fn whatever_a_killed_process_leaves_whole_chunks_are_kept_and_the_rest_is_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers");
        let header = Header::new("model and data", 150, 1);
        let mut checkpoint = Checkpoint::open(Some(&path), &header).unwrap();
        let (last, first) = (bytes(&checkpoint, 2), bytes(&checkpoint, 0));
        checkpoint.append(2, &last).unwrap();
        let one = checkpoint.end;
        checkpoint.append(0, &first).unwrap();
        let all = checkpoint.end;
        drop(checkpoint);
        let whole = std::fs::read(&path).unwrap();
        for end in [0, 1, one - 1, one, one + 1, one + 12, all - 1, all] {
            std::fs::write(&path, &whole[..end as usize]).unwrap();
            let mut checkpoint = Checkpoint::open(Some(&path), &header).unwrap();
            let missing = if end == all {
                vec![1]
            } else if end >= one {
                vec![0, 1]
            } else {
                vec![0, 1, 2]
            };
            assert_eq!(checkpoint.missing(), missing, "{end} bytes");
            for chunk in missing {
                let bytes = bytes(&checkpoint, chunk);
                checkpoint.append(chunk, &bytes).unwrap();
            }
            for chunk in 0..3 {
                assert_eq!(checkpoint.read(chunk).unwrap(), answers(checkpoint.range(chunk)), "{end} bytes");
            }
        }
        // A byte that has changed is noticed, too.
        let mut changed = whole.clone();
        changed[one as usize + 20] ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert_eq!(Checkpoint::open(Some(&path), &header).unwrap().missing(), [0, 1]);
        // Answers to something else are none.
        std::fs::write(&path, whole).unwrap();
        let other = Header::new("another model", 150, 1);
        assert_eq!(Checkpoint::open(Some(&path), &other).unwrap().missing(), [0, 1, 2]);
    }

    #[test]
    fn two_processes_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers");
        let header = Header::new("model and data", 1, 1);
        let first = Checkpoint::open(Some(&path), &header).unwrap();
        assert!(matches!(Checkpoint::open(Some(&path), &header), Err(CheckpointError::Busy)));
        drop(first);
        assert!(Checkpoint::open(Some(&path), &header).is_ok());
    }
}
