//! The network interfaces by name and number. Not their settings (`link`).
#![expect(unsafe_code, reason = "C library calls")]

use nix::errno::Errno;

/// if_nameindex(3): number and name of each interface.
pub fn if_nameindex() -> Result<Vec<(u32, String)>, Errno> {
    let interfaces = nix::net::if_::if_nameindex()?;
    Ok(interfaces
        .iter()
        .map(|interface| {
            (
                interface.index(),
                interface.name().to_string_lossy().into_owned(),
            )
        })
        .collect())
}

/// if_nametoindex(3).
pub fn if_nametoindex(name: &str) -> Result<u32, Errno> {
    nix::net::if_::if_nametoindex(name)
}

/// if_indextoname(3).
pub fn if_indextoname(index: u32) -> Result<String, Errno> {
    let mut name = [0_u8; libc::IF_NAMESIZE];
    // SAFETY: `name` has the room that is asked for; the call ends what it writes with a zero byte.
    let result = unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) };
    if result.is_null() {
        return Err(Errno::last());
    }
    let end = name.iter().position(|byte| *byte == 0);
    let name = &name[..end.unwrap_or(name.len())];
    Ok(String::from_utf8_lossy(name).into_owned())
}
