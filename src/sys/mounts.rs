//! Attributes of mounts (mount_setattr(2)), of one or of all below it. What is mounted where is the caller's.
#![expect(unsafe_code, reason = "mount_setattr has no safe wrapper")]

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// struct mount_attr, MOUNT_ATTR_SIZE_VER0.
#[repr(C)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

const READ_ONLY: u64 = 0x1;
const NO_SET_USER_ID: u64 = 0x2;
const NO_DEVICES: u64 = 0x4;

/// Makes a mount and all below it read-only, without devices and set-user-ID programs.
pub fn close_all(path: &Path) -> io::Result<()> {
    let set = READ_ONLY | NO_SET_USER_ID | NO_DEVICES;
    change(path, set, 0, libc::AT_RECURSIVE as u32)
}

/// Lets a mount be written to, and a device be used.
pub fn open(path: &Path) -> io::Result<()> {
    change(path, 0, READ_ONLY | NO_DEVICES, 0)
}

fn change(path: &Path, set: u64, clear: u64, flags: u32) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let attributes = Attributes {
        set,
        clear,
        propagation: 0,
        user_namespace: 0,
    };
    // SAFETY: the path ends with NUL and the structure has the size that is given; both outlive the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<Attributes>(),
        )
    };
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
