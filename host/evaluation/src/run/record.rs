//! A chunk's answers as bytes.

/// How long each part of an answer took, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Decoding the bytes.
    pub decode: u64,
    /// Making the input tensor.
    pub preprocess: u64,
    /// Running the model.
    pub inference: u64,
    /// All of it.
    pub total: u64,
}

/// What came of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The SHA-256 digest of its bytes; none if they could not be read.
    pub digest: Option<[u8; 32]>,
    /// How long it took.
    pub times: Times,
    /// The numbers that the model gave, or why it gave none.
    pub values: Result<Vec<f32>, String>,
}

const ANSWERED: u8 = 1;
const READ: u8 = 2;

/// The longest reason that is kept, in bytes.
const LONGEST: usize = 1000;

/// Appends an answer.
pub fn write(answer: &Answer, bytes: &mut Vec<u8>) {
    let flags = [(ANSWERED, answer.values.is_ok()), (READ, answer.digest.is_some())];
    bytes.push(flags.into_iter().filter(|(_, set)| *set).map(|(flag, _)| flag).sum());
    bytes.extend(answer.digest.unwrap_or_default());
    let Times { decode, preprocess, inference, total } = answer.times;
    [decode, preprocess, inference, total].iter().for_each(|time| bytes.extend(time.to_le_bytes()));
    match &answer.values {
        Ok(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        Err(reason) => {
            let reason = &reason.as_bytes()[..reason.floor_char_boundary(LONGEST)];
            bytes.extend((reason.len() as u32).to_le_bytes());
            bytes.extend(reason);
        }
    }
}

/// Takes so many answers of so many values off the bytes; none if these are anything else.
pub fn read(mut bytes: &[u8], answers: usize, width: usize) -> Option<Vec<Answer>> {
    let rest = &mut bytes;
    let answers = (0..answers).map(|_| read_one(rest, width)).collect::<Option<Vec<_>>>()?;
    bytes.is_empty().then_some(answers)
}

fn read_one(rest: &mut &[u8], width: usize) -> Option<Answer> {
    let flags = rest.split_off(..1)?[0];
    let digest = rest.split_off(..32)?.try_into().ok()?;
    let mut time = || Some(u64::from_le_bytes(rest.split_off(..8)?.try_into().ok()?));
    let times = Times { decode: time()?, preprocess: time()?, inference: time()?, total: time()? };
    let values = if flags & ANSWERED == 0 {
        let length = u32::from_le_bytes(rest.split_off(..4)?.try_into().ok()?) as usize;
        Err(String::from_utf8(rest.split_off(..length)?.to_vec()).ok()?)
    } else {
        let (numbers, _) = rest.split_off(..width.checked_mul(4)?)?.as_chunks();
        Ok(numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
    };
    Some(Answer { digest: (flags & READ != 0).then_some(digest), times, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_were_written_and_nothing_else_is() {
        let times = Times { decode: 1, preprocess: 2, inference: 3, total: u64::MAX };
        let answers = [
            Answer { digest: Some([7; 32]), times, values: Ok(vec![0.25, -1.0]) },
            Answer { digest: None, times: Times::default(), values: Err("there is no such file".into()) },
            Answer { digest: Some([0; 32]), times, values: Err(String::new()) },
        ];
        let mut bytes = Vec::new();
        answers.iter().for_each(|answer| write(answer, &mut bytes));
        assert_eq!(read(&bytes, 3, 2).unwrap(), answers);
        assert_eq!(read(&bytes, 2, 2), None);
        assert_eq!(read(&bytes, 3, 3), None);
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end], 3, 2), None, "{end}");
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let answer = Answer { digest: None, times: Times::default(), values: Err("×".repeat(900)) };
        let mut bytes = Vec::new();
        write(&answer, &mut bytes);
        assert_eq!(read(&bytes, 1, 5).unwrap()[0].values, Err("×".repeat(500)));
    }
}
