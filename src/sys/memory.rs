//! How the allocator keeps what was freed (mallopt(3)). Nothing is allocated here.
#![expect(unsafe_code, reason = "mallopt(3) has no safe wrapper")]

/// From so many bytes on a piece of memory goes back to the kernel as soon as it is freed.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 128 << 10;

/// Has large pieces of memory go back to the kernel when they are freed. By itself glibc learns to keep pieces of a size that was
/// freed once: a flood that was over would be remembered in memory for good.
pub fn give_back_large_pieces() {
    #[cfg(target_env = "gnu")]
    // SAFETY: two integers; other threads may allocate meanwhile.
    let _ = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}
