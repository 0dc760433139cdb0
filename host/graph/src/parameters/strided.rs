//! Dense copies of views.

/// Elements of a storage, spaced by strides: counts are in elements, `width` in bytes.
pub(super) struct View<'a> {
    pub storage: &'a [u8],
    pub width: usize,
    pub offset: u64,
    pub shape: &'a [i64],
    pub strides: &'a [i64],
}

impl View<'_> {
    /// The elements in row-major order.
    ///
    /// # Errors
    /// If the view reaches outside its storage, or takes more than `budget` bytes, which are deducted.
    pub fn dense(&self, budget: &mut u64) -> Result<Vec<u8>, String> {
        let elements = crate::tensor::elements(self.shape)?;
        let outside = || format!("its view {:?} by {:?} reaches outside its storage", self.shape, self.strides);
        if self.strides.len() != self.shape.len() {
            return Err(outside());
        }
        let bytes = elements.saturating_mul(self.width as u64);
        *budget = budget.checked_sub(bytes).ok_or("with it the arrays exceed the bytes that a model may take")?;
        if elements == 0 {
            return Ok(Vec::new());
        }
        let mut last = self.offset;
        for (&extent, &stride) in self.shape.iter().zip(self.strides) {
            let stride = u64::try_from(stride).map_err(|_| outside())?;
            let reach = stride.checked_mul(extent as u64 - 1).ok_or_else(outside)?;
            last = last.checked_add(reach).ok_or_else(outside)?;
        }
        if last >= (self.storage.len() / self.width) as u64 {
            return Err(outside());
        }
        let first = self.offset as usize * self.width;
        if self.contiguous() {
            return Ok(self.storage[first..first + bytes as usize].to_vec());
        }
        let mut dense = Vec::with_capacity(bytes as usize);
        let mut index = vec![0i64; self.shape.len()];
        for _ in 0..elements {
            let steps: i64 = index.iter().zip(self.strides).map(|(i, stride)| i * stride).sum();
            let at = first + steps as usize * self.width;
            dense.extend_from_slice(&self.storage[at..at + self.width]);
            for (i, &extent) in index.iter_mut().zip(self.shape).rev() {
                *i += 1;
                if *i < extent {
                    break;
                }
                *i = 0;
            }
        }
        Ok(dense)
    }

    fn contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(self.strides).rev().all(|(&extent, &stride)| {
            let fits = extent == 1 || stride == expected;
            expected *= extent;
            fits
        })
    }
}
