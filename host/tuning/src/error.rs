//! Everything that can be wrong with what comes in.

/// Why nothing was fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is nothing to learn from.
    #[error("there are no samples")]
    NoSamples,
    /// A matrix does not consist of whole rows.
    #[error("{values} values are no rows of {columns} columns")]
    Shape {
        /// How many values there are.
        values: usize,
        /// How long a row should be.
        columns: usize,
    },
    /// Two things that belong together are not equally long.
    #[error("there are {found} {what} for {samples} samples; give one for each")]
    Length {
        /// Of what there are too few or too many.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many samples there are.
        samples: usize,
    },
    /// A head is asked about rows of another length.
    #[error("the rows have {found} columns and should have {wanted}")]
    Columns {
        /// How many they have.
        found: usize,
        /// How many they should have.
        wanted: usize,
    },
    /// A number is infinite or none at all.
    #[error("row {row}, column {column} is {value}; only finite numbers can be learnt from")]
    NotFinite {
        /// The sample, from 0.
        row: usize,
        /// The feature or class, from 0.
        column: usize,
        /// What is there.
        value: f32,
    },
    /// A label is no class.
    #[error("the label of sample {row} is {label}, and the classes are 0 to {last}", last = .classes.saturating_sub(1))]
    Label {
        /// The sample, from 0.
        row: usize,
        /// Its label.
        label: u32,
        /// How many classes there are.
        classes: usize,
    },
    /// Nothing tells classes apart where there is one.
    #[error("every sample is of class {class}; a classifier needs samples of two classes at least")]
    OneClass {
        /// The only one.
        class: u32,
    },
    /// A class cannot be learnt.
    #[error("class {class} has no samples; add some or leave the class out")]
    EmptyClass {
        /// Which.
        class: u32,
    },
    /// A class cannot be on both sides of a split.
    #[error(
        "class {class} has too few {what}s, {found}, for one to learn from and one to test on; add some or leave the class out"
    )]
    TooFew {
        /// Which class.
        class: u32,
        /// How many it has.
        found: usize,
        /// `sample`, or `group` of samples.
        what: &'static str,
    },
    /// Groups are so tangled that no class may be missing on either side.
    #[error("the groups cannot be split so that class {class} is on both sides; make groups smaller")]
    Tangled {
        /// The class that would be missing on one side.
        class: u32,
    },
    /// An option has a value that makes no sense.
    #[error("{name} is {value}; it has to be {allowed}")]
    Option {
        /// Which.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        allowed: &'static str,
    },
    /// A weight is beyond single precision.
    #[error(
        "a weight of feature {column} is beyond single precision, so little does it vary; leave it out or scale it up"
    )]
    Weight {
        /// The feature, from 0; where it is as many as there are features, the bias.
        column: usize,
    },
    /// There is no grid to choose from.
    #[error("the grid has no value of C; give one at least")]
    NoGrid,
    /// The solver refused; nothing that passes the checks above is known to lead here.
    #[error("the solver gave up: {0}")]
    Solver(String),
}
