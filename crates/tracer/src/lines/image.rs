//! A file that processes have mapped: an executable program or a shared library in ELF (elf(5)). It is opened once for all processes.

use super::call_frames::CallFrames;
use super::debug_lines::{DebugLines, Lines};
use super::maps::Mapping;
use super::tail_calls;
use crate::memory::{Memory, u32_of, u64_of};
use crate::table::Architecture;
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSection, ObjectSegment, ReadCache};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::rc::Rc;

/// So many bytes of the file's beginning are compared with what a process has mapped: its headers, and mostly its build id.
const HEAD: usize = 1024;

/// All files that were opened, by device, inode, time of change and size.
#[derive(Default)]
pub(super) struct Images(HashMap<[u64; 5], Option<Rc<Image>>>);

impl Images {
    /// The file that a process has mapped there; nothing where it cannot be read or is another by now.
    pub(super) fn of(&mut self, pid: i32, mapping: &Mapping) -> Option<Rc<Image>> {
        let file = open(pid, mapping)?;
        let data = file.metadata().ok()?;
        let key = [
            data.dev(),
            data.ino(),
            data.mtime() as u64,
            data.mtime_nsec() as u64,
            data.size(),
        ];
        let image = self.0.entry(key);
        let image = image.or_insert_with(|| Image::read(file).map(Rc::new));
        // Overlay file systems have inodes of their own; then the build id says that it is the same.
        let same = |image: &&Rc<Image>| data.ino() == mapping.inode || image.has_build_id();
        image.as_ref().filter(same).cloned()
    }
}

fn open(pid: i32, mapping: &Mapping) -> Option<File> {
    let program = format!("/proc/{pid}/exe");
    let path = std::fs::read_link(&program).ok()?;
    let file = if path.as_os_str() == mapping.path.as_str() {
        File::open(program)
    } else {
        File::open(format!("/proc/{pid}/root{}", mapping.path))
    };
    file.ok()
}

/// A part of the file as it is loaded into memory.
struct Segment {
    offset: u64,
    size: u64,
    address: u64,
    executable: bool,
}

/// What is known of a file. Addresses are those that its headers give, before it is moved to where it is loaded.
pub(super) struct Image {
    file: File,
    head: Vec<u8>,
    segments: Vec<Segment>,
    call_frames: OnceCell<CallFrames>,
    debug_lines: OnceCell<Option<DebugLines>>,
    code: OnceCell<Code>,
    symbols: OnceCell<Vec<Option<u64>>>,
}

/// The instructions of a file.
#[derive(Default)]
pub(super) struct Code {
    /// Its functions, and where they begin.
    pub(super) functions: Option<(u64, Rc<[u8]>)>,
    /// The stubs that lead to functions of other files, each with the address of the slot that says where to.
    pub(super) stubs: HashMap<u64, u64>,
}

impl Image {
    fn read(file: File) -> Option<Self> {
        let mut head = vec![0; HEAD];
        let count = file.read_at(&mut head, 0).ok()?;
        head.truncate(count);
        let mut image = Self {
            file,
            head,
            segments: Vec::new(),
            call_frames: OnceCell::new(),
            debug_lines: OnceCell::new(),
            code: OnceCell::new(),
            symbols: OnceCell::new(),
        };
        image.segments = image.parsed(|elf| {
            let segment = |segment: object::read::elf::ElfSegment64<'_, '_, _, _>| {
                let (offset, size) = segment.file_range();
                Segment {
                    offset,
                    size,
                    address: segment.address(),
                    executable: segment.permissions().executable(),
                }
            };
            elf.segments().map(segment).collect()
        })?;
        Some(image)
    }

    fn parsed<T>(&self, read: impl FnOnce(&Elf<'_>) -> T) -> Option<T> {
        let cache = ReadCache::new(self.file.try_clone().ok()?);
        let elf = ElfFile64::parse(&cache).ok()?;
        Some(read(&elf))
    }

    fn has_build_id(&self) -> bool {
        // NT_GNU_BUILD_ID of the name GNU, 20 bytes long.
        const NOTE: [u8; 16] = [4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, b'G', b'N', b'U', 0];
        self.head.windows(NOTE.len()).any(|bytes| bytes == NOTE)
    }

    /// Does the process have this file where its beginning is mapped?
    pub(super) fn is_at(&self, memory: &dyn Memory, start: u64) -> bool {
        let mut bytes = [0; HEAD];
        let count = memory.read(start, &mut bytes);
        count >= self.head.len() && bytes[..self.head.len()] == self.head
    }

    /// By how much the file is moved, where this part of it is mapped.
    pub(super) fn moved_by(&self, mapping: &Mapping) -> Option<u64> {
        const PAGE: u64 = 4096;
        let start = |segment: &Segment| segment.offset / PAGE * PAGE;
        // A page of the file may hold the end of one segment and the beginning of the next, and is mapped for each.
        let alike = |segment: &&Segment| segment.executable == mapping.executable;
        let begins = |segment: &&Segment| start(segment) == mapping.offset;
        let holds = |segment: &&Segment| {
            (start(segment)..segment.offset + segment.size).contains(&mapping.offset)
        };
        let mut candidates = self.segments.iter().filter(alike);
        let segment = candidates.clone().find(begins);
        let segment = segment.or_else(|| candidates.find(holds))?;
        let address = segment
            .address
            .wrapping_sub(segment.offset)
            .wrapping_add(mapping.offset);
        Some(mapping.start.wrapping_sub(address))
    }

    /// The addresses of symbols, in the order asked for, which is always the same; those that are not exported are looked at where none
    /// of them is.
    pub(super) fn symbols(&self, names: &[&str]) -> &[Option<u64>] {
        self.symbols.get_or_init(|| {
            let read = self.parsed(|elf| {
                let table = |symbols, strings| {
                    let (_, symbols) = section(elf, symbols)?;
                    let (_, strings) = section(elf, strings)?;
                    Some(addresses(&symbols, &strings, names))
                };
                let exported = table(".dynsym", ".dynstr");
                let found = exported.filter(|found| found.iter().any(Option::is_some));
                found.or_else(|| table(".symtab", ".strtab"))
            });
            read.flatten().unwrap_or_else(|| vec![None; names.len()])
        })
    }

    /// How each frame leads to its caller's.
    pub(super) fn call_frames(&self) -> &CallFrames {
        self.call_frames.get_or_init(|| {
            let read = self.parsed(|elf| CallFrames::of(|name| section(elf, name)));
            read.unwrap_or_default()
        })
    }

    /// Its instructions.
    pub(super) fn code(&self) -> &Code {
        self.code.get_or_init(|| {
            let read = self.parsed(|elf| {
                let tables = [".plt", ".plt.got", ".plt.sec"];
                let stubs = tables.iter().filter_map(|name| section(elf, name));
                let stubs = stubs.flat_map(|(address, bytes)| {
                    tail_calls::stubs(Architecture::NATIVE, &bytes, address)
                });
                Code {
                    functions: section(elf, ".text"),
                    stubs: stubs.collect(),
                }
            });
            read.unwrap_or_default()
        })
    }

    /// The lines at an address; none where there is no debug information.
    pub(super) fn lines_at(&self, address: u64) -> Lines {
        let read = || self.parsed(|elf| DebugLines::of(|name| section(elf, name)))?;
        let lines = self.debug_lines.get_or_init(read).as_ref();
        lines.map_or_else(|| Rc::from([]), |lines| lines.at(address))
    }
}

/// Searches a table of symbols (`Elf64_Sym`: name, info, other, section, value, size) for those that are defined.
fn addresses(symbols: &[u8], strings: &[u8], names: &[&str]) -> Vec<Option<u64>> {
    let mut found = vec![None; names.len()];
    for symbol in symbols.chunks_exact(24) {
        let rest = strings.get(u32_of(symbol) as usize..).unwrap_or(&[]);
        let is = |name: &&str| {
            rest.strip_prefix(name.as_bytes())
                .is_some_and(|end| end.first() == Some(&0))
        };
        let defined = symbol[6..8] != [0, 0];
        if let Some(place) = names.iter().position(is).filter(|_| defined) {
            found[place] = Some(u64_of(&symbol[8..]));
        }
    }
    found
}

type Elf<'d> = ElfFile64<'d, Endianness, &'d ReadCache<File>>;

/// A section with the address it has; compressed ones are inflated (`SHF_COMPRESSED`, of zlib).
fn section(elf: &Elf<'_>, name: &str) -> Option<(u64, Rc<[u8]>)> {
    const LARGEST: u64 = 1 << 29;
    let section = elf.section_by_name(name)?;
    let stored = section.compressed_data().ok()?;
    if stored.uncompressed_size > LARGEST {
        return None;
    }
    let bytes = match stored.format {
        object::CompressionFormat::None => Rc::from(stored.data),
        object::CompressionFormat::Zlib => {
            let length = stored.uncompressed_size as usize;
            let data = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(stored.data, length);
            Rc::from(data.ok()?)
        }
        _ => return None,
    };
    Some((section.address(), bytes))
}
