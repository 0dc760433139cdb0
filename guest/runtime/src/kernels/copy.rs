//! Strided copies of elements of any type.

use maasm_plan::op::Copy;

/// The most axes that a copy walks along.
pub const MAX_AXES: usize = 8;

/// The places that a copy visits, axes that can be walked as one merged.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    axes: usize,
    shape: [usize; MAX_AXES],
    from: Path,
    to: Path,
}

/// Offset and strides, in elements.
#[derive(Clone, Copy, Debug)]
struct Path {
    offset: usize,
    strides: [usize; MAX_AXES],
}

impl Walk {
    /// Axes given as extent, stride read and stride written, outermost first.
    ///
    /// # Panics
    /// If there are more than [`MAX_AXES`].
    pub fn new(axes: impl IntoIterator<Item = (usize, usize, usize)>) -> Self {
        let none = Path { offset: 0, strides: [0; MAX_AXES] };
        let mut walk = Self { axes: 0, shape: [1; MAX_AXES], from: none, to: none };
        for (extent, from, to) in axes {
            if extent == 1 {
                continue;
            }
            if let Some(last) = walk.axes.checked_sub(1)
                && walk.from.strides[last] == from * extent
                && walk.to.strides[last] == to * extent
            {
                walk.shape[last] *= extent;
                walk.from.strides[last] = from;
                walk.to.strides[last] = to;
                continue;
            }
            walk.shape[walk.axes] = extent;
            walk.from.strides[walk.axes] = from;
            walk.to.strides[walk.axes] = to;
            walk.axes += 1;
        }
        walk
    }

    /// The walk that brings everything back.
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }

    /// What a plan's copy visits.
    pub fn of(op: &Copy) -> Self {
        let axes = op.shape.iter().zip(&op.from_strides).zip(&op.to_strides);
        let mut walk = Self::new(axes.map(|((&n, &from), &to)| (n as usize, from as usize, to as usize)));
        walk.from.offset = op.from_offset as usize;
        walk.to.offset = op.to_offset as usize;
        walk
    }
}

/// Copies elements of `size` bytes.
pub fn run(size: u64, walk: &Walk, from: &[u8], to: &mut [u8]) {
    match size {
        1 => run_sized::<1>(walk, from, to),
        2 => run_sized::<2>(walk, from, to),
        4 => run_sized::<4>(walk, from, to),
        _ => run_sized::<8>(walk, from, to),
    }
}

fn run_sized<const SIZE: usize>(walk: &Walk, from: &[u8], to: &mut [u8]) {
    let from = from.as_chunks::<SIZE>().0;
    let to = to.as_chunks_mut::<SIZE>().0;
    visit(walk, 0, walk.from.offset, walk.to.offset, from, to);
}

fn visit<T: std::marker::Copy>(walk: &Walk, axis: usize, mut at: usize, mut into: usize, from: &[T], to: &mut [T]) {
    let (extent, from_stride, to_stride) = (walk.shape[axis], walk.from.strides[axis], walk.to.strides[axis]);
    if axis + 1 < walk.axes {
        for _ in 0..extent {
            visit(walk, axis + 1, at, into, from, to);
            at += from_stride;
            into += to_stride;
        }
    } else if to_stride == 1 && from_stride == 1 {
        to[into..into + extent].copy_from_slice(&from[at..at + extent]);
    } else if to_stride == 1 && from_stride == 0 {
        to[into..into + extent].fill(from[at]);
    } else {
        for i in 0..extent {
            to[into + i * to_stride] = from[at + i * from_stride];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied<T: bytemuck::Pod + Default>(walk: &Walk, from: &[T], len: usize) -> Vec<T> {
        let mut to = vec![T::default(); len];
        run(size_of::<T>() as u64, walk, bytemuck::cast_slice(from), bytemuck::cast_slice_mut(&mut to));
        to
    }

    #[test]
    fn a_matrix_is_transposed_whatever_its_elements() {
        let walk = Walk::new([(3, 1, 2), (2, 3, 1)]);
        assert_eq!(copied(&walk, &[1u8, 2, 3, 4, 5, 6], 6), [1, 4, 2, 5, 3, 6]);
        assert_eq!(copied(&walk, &[1u16, 2, 3, 4, 5, 6], 6), [1, 4, 2, 5, 3, 6]);
        assert_eq!(copied(&walk, &[1.0f32, 2., 3., 4., 5., 6.], 6), [1., 4., 2., 5., 3., 6.]);
        assert_eq!(copied(&walk, &[1i64, 2, 3, 4, 5, 6], 6), [1, 4, 2, 5, 3, 6]);
    }

    #[test]
    fn places_not_visited_keep_what_they_held() {
        let op =
            Copy { shape: vec![2, 2], from_offset: 1, from_strides: vec![3, 1], to_offset: 2, to_strides: vec![4, 1] };
        let mut to = [9u8; 8];
        run(1, &Walk::of(&op), &[0, 1, 2, 3, 4, 5], &mut to);
        assert_eq!(to, [9, 9, 1, 2, 9, 9, 4, 5]);
    }

    #[test]
    fn a_stride_of_zero_repeats() {
        assert_eq!(copied(&Walk::new([(2, 1, 3), (3, 0, 1)]), &[7u8, 8], 6), [7, 7, 7, 8, 8, 8]);
        assert_eq!(copied(&Walk::new([(2, 0, 2), (2, 1, 1)]), &[7u8, 8], 4), [7, 8, 7, 8]);
    }

    #[test]
    fn a_scalar_is_one_element_and_dense_axes_are_one() {
        assert_eq!(copied(&Walk::new([]), &[7u8], 1), [7]);
        let walk = Walk::new([(2, 12, 12), (1, 5, 7), (3, 4, 4), (4, 1, 1)]);
        assert_eq!((walk.axes, walk.shape[0]), (1, 24));
    }
}
