//! Memory that arguments point to.

/// Bytes at addresses. A process has them, and a test.
pub trait Memory {
    /// Fills the buffer from that address on, as far as it can be read; gives how many bytes that were.
    fn read(&self, address: u64, buffer: &mut [u8]) -> usize;

    /// So many bytes, or nothing where not all can be read.
    fn bytes(&self, address: u64, length: usize) -> Option<Vec<u8>> {
        let mut buffer = vec![0; length];
        (length == 0 || self.read(address, &mut buffer) == length).then_some(buffer)
    }

    /// A number of 32 bits.
    fn u32_at(&self, address: u64) -> Option<u32> {
        let mut buffer = [0; 4];
        (self.read(address, &mut buffer) == 4).then(|| u32::from_le_bytes(buffer))
    }

    /// A number of 64 bits.
    fn u64_at(&self, address: u64) -> Option<u64> {
        let mut buffer = [0; 8];
        (self.read(address, &mut buffer) == 8).then(|| u64::from_le_bytes(buffer))
    }
}

/// The memory of a stopped thread's process.
pub(crate) struct ProcessMemory(pub(crate) i32);

impl Memory for ProcessMemory {
    fn read(&self, address: u64, buffer: &mut [u8]) -> usize {
        crate::sys::memory::read(self.0, address, buffer).unwrap_or(0)
    }
}

/// The number at the start of the bytes, which are at least four.
pub(crate) fn u32_of(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The number at the start of the bytes, which are at least eight.
pub(crate) fn u64_of(bytes: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(eight)
}
