//! Visiting the places of several strided tensors at once.

use super::copy::MAX_AXES;

/// Every place of a shape, the last axis fastest, as its offset in each of `N` tensors.
pub struct Walk<'a, const N: usize> {
    shape: &'a [u32],
    strides: [&'a [u32]; N],
    place: [u32; MAX_AXES],
    offsets: [usize; N],
    done: bool,
}

impl<'a, const N: usize> Walk<'a, N> {
    /// Strides by axis of `shape`; further ones are not looked at.
    pub fn new(shape: &'a [u32], strides: [&'a [u32]; N]) -> Self {
        Self { shape, strides, place: [0; MAX_AXES], offsets: [0; N], done: false }
    }
}

impl<const N: usize> Iterator for Walk<'_, N> {
    type Item = [usize; N];

    fn next(&mut self) -> Option<[usize; N]> {
        if self.done {
            return None;
        }
        let now = self.offsets;
        self.done = true;
        for axis in (0..self.shape.len()).rev() {
            self.place[axis] += 1;
            let turned = self.place[axis] == self.shape[axis];
            for (offset, strides) in self.offsets.iter_mut().zip(self.strides) {
                let stride = strides[axis] as usize;
                if turned {
                    *offset -= stride * (self.shape[axis] as usize - 1);
                } else {
                    *offset += stride;
                }
            }
            if !turned {
                self.done = false;
                break;
            }
            self.place[axis] = 0;
        }
        Some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::Walk;

    #[test]
    fn places_come_in_order_with_their_offsets() {
        let found: Vec<[usize; 2]> = Walk::new(&[2, 3], [&[3, 1], &[0, 5]]).collect();
        assert_eq!(found, [[0, 0], [1, 5], [2, 10], [3, 0], [4, 5], [5, 10]]);
    }

    #[test]
    fn a_shape_without_axes_has_one_place() {
        assert_eq!(Walk::new(&[], [&[]]).collect::<Vec<_>>(), [[0]]);
    }
}
