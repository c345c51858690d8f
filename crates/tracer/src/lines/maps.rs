//! What a process has mapped (proc_pid_maps(5)).

/// Memory that shows a part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// The first address.
    pub(super) start: u64,
    /// The address after the last.
    pub(super) end: u64,
    /// What is mapped at the start: bytes from the beginning of the file.
    pub(super) offset: u64,
    /// The file's inode.
    pub(super) inode: u64,
    /// Instructions may be executed there.
    pub(super) executable: bool,
    /// The file as the process names it.
    pub(super) path: String,
}

/// The files a process has mapped, by their addresses; empty where it is gone.
pub(super) fn read(pid: i32) -> Vec<Mapping> {
    let text = std::fs::read(format!("/proc/{pid}/maps")).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(parse)
        .collect()
}

fn parse(line: &str) -> Option<Mapping> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let permissions = fields.next()?;
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let offset = number(fields.next()?)?;
    let inode = fields.nth(1)?.parse().ok()?;
    let path = fields.next()?.trim_start();
    path.starts_with('/').then(|| Mapping {
        start: number(start).unwrap_or(0),
        end: number(end).unwrap_or(0),
        offset,
        inode,
        executable: permissions.contains('x'),
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc() {
        let line = "7f0000001000-7f0000003000 r-xp 00002000 fe:01 4711                       /usr/lib/a b.so (deleted)";
        let mapping = parse(line).expect("it is one of a file");
        assert_eq!(
            (mapping.start, mapping.end),
            (0x7f00_0000_1000, 0x7f00_0000_3000)
        );
        assert_eq!((mapping.offset, mapping.inode), (0x2000, 4711));
        assert!(mapping.executable);
        assert_eq!(mapping.path, "/usr/lib/a b.so (deleted)");
        assert_eq!(
            parse("7ffc0000-7ffd0000 rw-p 00000000 00:00 0          [stack]"),
            None
        );
        assert_eq!(parse("7ffc0000-7ffd0000 rw-p 00000000 00:00 0 "), None);
    }
}
