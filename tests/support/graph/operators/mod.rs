//! What random graphs are made of: a function adds nodes to a graph, or nothing if no value in it fits.
//!
//! Results that hang on a rounding error would differ between any two engines: what decides (comparisons, roundings,
//! the order of values) is kept away from ties, and what grows fast is bounded first.

mod convolution;
mod elementwise;
mod movement;
mod order;
mod pool;
mod product;
mod reduction;
mod resize;

use crate::graph::Builder;

/// Adds nodes; `None` if nothing came of it.
type Operator = fn(&mut Builder) -> Option<()>;

const OPERATORS: &[Operator] = &[
    convolution::convolution,
    convolution::convolution,
    convolution::transposed,
    pool::pool,
    pool::pool,
    pool::global,
    elementwise::unary,
    elementwise::unary,
    elementwise::binary,
    elementwise::binary,
    elementwise::with_constant,
    elementwise::integers,
    elementwise::choice,
    elementwise::cast,
    elementwise::clip,
    reduction::reduction,
    reduction::softmax,
    reduction::batch_normalization,
    reduction::layer_normalization,
    resize::resize,
    movement::gather,
    movement::slice,
    movement::concat,
    movement::split,
    movement::pad,
    movement::transpose,
    movement::reshape,
    movement::flatten,
    movement::squeeze,
    movement::unsqueeze,
    movement::expand,
    movement::tile,
    product::matmul,
    product::matmul,
    product::gemm,
    order::arg_max,
    order::top_k,
    order::cumulative_sum,
];

/// Adds one operator.
pub fn add(builder: &mut Builder) {
    let operator = builder.random.one_of(OPERATORS);
    // Nothing may fit yet: the graph then has one node fewer.
    let _ = operator(builder);
}
