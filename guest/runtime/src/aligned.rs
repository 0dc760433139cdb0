//! Bytes that start where kernels want them to.

/// One aligned unit.
#[derive(Clone, Copy, bytemuck::Zeroable, bytemuck::Pod)]
#[repr(C, align(64))]
struct Block([u8; 64]);

/// Bytes whose first one lies at a multiple of [`maasm_plan::ALIGNMENT`].
#[derive(Default)]
pub struct AlignedBytes {
    blocks: Blocks,
    len: usize,
}

/// Where they lie.
enum Blocks {
    /// In memory of their own.
    Owned(Vec<Block>),
    /// In memory that is never given back.
    Lent(&'static mut [Block]),
}

impl Default for Blocks {
    fn default() -> Self {
        Self::Owned(Vec::new())
    }
}

impl AlignedBytes {
    /// `len` zero bytes.
    pub fn zeroed(len: usize) -> Self {
        Self { blocks: Blocks::Owned(bytemuck::zeroed_vec(len.div_ceil(size_of::<Block>()))), len }
    }

    /// These bytes, as many as are whole blocks of the alignment; nothing if the first one does not lie where it should.
    pub fn lent(bytes: &'static mut [u8]) -> Option<Self> {
        let len = bytes.len() - bytes.len() % size_of::<Block>();
        let blocks = bytemuck::try_cast_slice_mut(&mut bytes[..len]).ok()?;
        Some(Self { blocks: Blocks::Lent(blocks), len })
    }
}

impl AsRef<[u8]> for AlignedBytes {
    fn as_ref(&self) -> &[u8] {
        let blocks = match &self.blocks {
            Blocks::Owned(blocks) => &blocks[..],
            Blocks::Lent(blocks) => blocks,
        };
        &bytemuck::cast_slice(blocks)[..self.len]
    }
}

impl AsMut<[u8]> for AlignedBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        let blocks = match &mut self.blocks {
            Blocks::Owned(blocks) => &mut blocks[..],
            Blocks::Lent(blocks) => blocks,
        };
        &mut bytemuck::cast_slice_mut(blocks)[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lent_bytes_are_whole_blocks_from_an_aligned_place_on() {
        let blocks: &'static mut [Block] = vec![Block([7; 64]); 3].leak();
        let bytes: &'static mut [u8] = bytemuck::cast_slice_mut(blocks);
        let (aligned, rest) = bytes.split_at_mut(100);
        let mut lent = AlignedBytes::lent(aligned).expect("it is aligned");
        lent.as_mut()[63] = 1;
        assert_eq!((lent.as_ref().len(), lent.as_ref()[63]), (64, 1));
        assert!(AlignedBytes::lent(rest).is_none());
    }
}
