//! The book's generated pages are what a run gives: each is made anew and compared with the file. SOCKLAB_BOOK=write writes them.

mod support;

use socklab::book::chapters::{Chapter, Part, Written, summary};
use socklab::book::links::Links;
use socklab::book::sheet::Sheet;
use socklab::book::times::rounded;
use socklab::book::{canonical, glossary, lookup, page, reference, solutions, subjects, tables};
use socklab::catalog::verb::VERBS;
use socklab::lesson::document::Lesson;
use socklab::lesson::shelf::{Shelf, Volume};
use socklab::session::Settings;
use socklab::shell::lesson::library::PARTS;
use socklab::shell::lesson::recording::record;
use socklab::shell::lesson::stage::Obstacle;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use support::{SOCKLAB, folder, private_lab, side_by_side};

/// Set to `write`, this has the pages written that differ; set to `all`, every page: after a change of how drawings look.
const WISH: &str = "SOCKLAB_BOOK";
/// The folders that hold nothing but generated files.
const GENERATED: [&str; 4] = ["lessons", "figures", "parts", "reference"];

/// The page that opens the book, beside its sources.
const OPENING: &str = "first-connection.md";

/// What the pages of a lesson, or of one piece of the reference, came to.
enum Made {
    Sheets(Vec<Sheet>),
    /// Not to be had on this machine.
    Lacking,
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src")
}

fn settings() -> Settings {
    Settings::new(PathBuf::from(SOCKLAB), false)
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == ending)
}

fn stem(volume: &Volume) -> &str {
    let base = volume.file.rsplit('/').next().unwrap_or(&volume.file);
    base.strip_suffix(".md").unwrap_or(base)
}

/// Where the page of a lesson is below `book/src`.
fn page_of(volume: &Volume) -> String {
    if volume.file == OPENING {
        return OPENING.to_owned();
    }
    format!("lessons/{}.md", stem(volume))
}

fn read(volume: &Volume) -> Lesson {
    Lesson::read(&volume.file, &volume.text)
        .unwrap_or_else(|errors| panic!("{}: {errors:?}", volume.file))
}

/// Said past the test harness, which would keep it to itself.
fn say(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// A lesson about timers can go otherwise where the machine stalls for as long as a timer runs. A wrong lesson goes wrong every time.
const TRIES: usize = 5;

/// Runs a lesson and makes its pages. An error is what went otherwise than the lesson says, each time it was run.
fn lesson_pages(volume: &Volume, links: &Links) -> Result<Made, String> {
    let lesson = read(volume);
    let mut run = record(&lesson, &settings());
    for _ in 1..TRIES {
        match &run {
            Ok(run) if run.otherwise.is_empty() => break,
            Err(Obstacle::Lacking(_)) => break,
            Ok(wrong) => say(&format!(
                "{} went otherwise and is run again: {}",
                volume.file,
                wrong.otherwise.join("; ")
            )),
            Err(_) => {}
        }
        run = record(&lesson, &settings());
    }
    match run {
        Ok(run) if run.otherwise.is_empty() => Ok(Made::Sheets(page::sheets(
            &page_of(volume),
            &volume.text,
            &lesson,
            &run,
            links,
        ))),
        Ok(run) => Err(format!("{}: {}", volume.file, run.otherwise.join("\n"))),
        Err(Obstacle::Lacking(why)) => {
            say(&format!(
                "the page of {} is neither compared nor written: {why}",
                volume.file
            ));
            Ok(Made::Lacking)
        }
        Err(obstacle) => Err(format!("{}: {obstacle}", volume.file)),
    }
}

/// The reference, with what each example prints.
fn reference_pages() -> Result<Vec<Sheet>, String> {
    let printed = Mutex::new(BTreeMap::new());
    let wrong = side_by_side(VERBS, |entry| {
        let text = format!(
            "# {0}\n\n```lab\n{1}\n```\n",
            entry.name, entry.page.example
        );
        let lesson = Lesson::read("example.md", &text)
            .map_err(|errors| format!("{}: {errors:?}", entry.name))
            .ok()?;
        let run = match record(&lesson, &settings()) {
            Ok(run) => run,
            Err(obstacle) => return Some(format!("{}: {obstacle}", entry.name)),
        };
        let mut shown = Vec::new();
        let mut ports = page_ports(&run.ports, &run.blocks, &text);
        for came in &run.blocks {
            for line in &came.printed {
                shown.push(rounded(&ports.settle(line)));
            }
        }
        printed
            .lock()
            .expect("no thread panicked")
            .insert(entry.name, shown);
        None
    });
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    let printed = printed.into_inner().expect("no thread panicked");
    Ok(reference::sheets(&|entry| printed.get(entry.name).cloned()))
}

fn page_ports(
    seen: &[u16],
    blocks: &[socklab::lesson::transcript::Came],
    text: &str,
) -> socklab::book::ports::Ports {
    let printed = blocks
        .iter()
        .flat_map(|came| came.printed.iter().map(String::as_str));
    socklab::book::ports::Ports::new(seen, printed, text)
}

/// The page that opens the book, written as lessons are.
fn opening() -> Volume {
    let text = std::fs::read_to_string(source().with_file_name(OPENING)).expect("it is there");
    Volume::new(OPENING, &text, true)
}

/// The pages somebody wrote, with their headings.
fn written() -> Vec<Written> {
    let entries = std::fs::read_dir(source()).expect("the folder is there");
    let mut pages: Vec<Written> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.file_name().to_str()?.to_owned();
            if !has_ending(&path, "md") || path == "SUMMARY.md" || path == OPENING {
                return None;
            }
            let text = std::fs::read_to_string(entry.path()).ok()?;
            let title = text.lines().find_map(|line| line.strip_prefix("# "))?;
            Some(Written {
                path,
                title: title.trim().to_owned(),
            })
        })
        .collect();
    pages.push(Written {
        path: OPENING.to_owned(),
        title: read(&opening()).front.title,
    });
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    pages
}

/// The contents, and the pages of parts that nobody wrote one for.
fn contents(volumes: &[Volume]) -> Vec<Sheet> {
    let lessons: Vec<(&str, Lesson)> = volumes
        .iter()
        .map(|volume| (stem(volume), read(volume)))
        .collect();
    let chapters = |part: Option<u32>| -> Vec<Chapter<'_>> {
        lessons
            .iter()
            .filter(|(_, lesson)| {
                let known = PARTS.iter().any(|(number, _)| lesson.part == Some(*number));
                if part.is_some() {
                    lesson.part == part
                } else {
                    !known
                }
            })
            .map(|(stem, lesson)| Chapter { stem, lesson })
            .collect()
    };
    let parts: Vec<Part<'_>> = PARTS
        .iter()
        .map(|(number, title)| Part {
            number: *number,
            title,
            chapters: chapters(Some(*number)),
        })
        .collect();
    let written = written();
    let mut sheets = vec![Sheet::new(
        "SUMMARY.md",
        summary(&parts, &chapters(None), &written),
    )];
    for part in parts.iter().filter(|part| !part.is_empty(&written)) {
        let path = part.path(&written);
        if path.contains('/') {
            sheets.push(Sheet::new(path, part.list()));
        }
    }
    sheets
}

/// What differs between a file and the page made anew; nothing when they agree.
fn difference(sheet: &Sheet) -> Option<String> {
    let Ok(there) = std::fs::read_to_string(source().join(&sheet.path)) else {
        return Some(format!("book/src/{}: there is no such file", sheet.path));
    };
    let canonical = if has_ending(&sheet.path, "svg") {
        canonical::drawing
    } else {
        canonical::page
    };
    let (file, run) = canonical::difference(&canonical(&there), &canonical(&sheet.text))?;
    // Where the run says it: a call is compared by its name alone, which says little by itself.
    let name = run.split(':').next().unwrap_or(&run);
    let lines: Vec<&str> = sheet.text.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains(&format!("{name}(")));
    let around = at.map_or(String::new(), |at| {
        lines[at.saturating_sub(3)..lines.len().min(at + 4)].join("\n    ")
    });
    Some(format!(
        "book/src/{}\n  the file: {file}\n  this run: {run}\n    {around}",
        sheet.path
    ))
}

fn write(sheet: &Sheet) {
    let path = source().join(&sheet.path);
    std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))
        .expect("the folder can be made");
    std::fs::write(&path, &sheet.text).expect("the book can be written");
}

/// Files of the generated folders that belong to none of these stems or paths.
fn left_over(made: &[&Sheet], lacking: &[&str]) -> Vec<PathBuf> {
    GENERATED
        .iter()
        .filter_map(|folder| std::fs::read_dir(source().join(folder)).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .filter(|path| {
            let relative = path.strip_prefix(source()).expect("it lies below");
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.unwrap_or_default();
            !made.iter().any(|sheet| Path::new(&sheet.path) == relative)
                && !lacking.iter().any(|stem| name.starts_with(stem))
        })
        .collect()
}

#[test]
fn every_picture_that_a_lesson_names_is_there_and_each_that_is_there_is_named() {
    const PICTURES: &str = "](../book/src/pictures/";
    let mut named: Vec<String> = Shelf::embedded()
        .volumes
        .iter()
        .flat_map(|volume| volume.text.split(PICTURES).skip(1))
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect();
    named.sort_unstable();
    named.dedup();
    let entries = std::fs::read_dir(source().join("pictures")).expect("the folder is there");
    let mut there: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    there.sort_unstable();
    assert_eq!(named, there);
}

#[test]
fn every_generated_page_of_the_book_is_what_a_run_gives() {
    if !private_lab() {
        return;
    }
    // Examples save files where the program was started.
    let place = folder();
    std::env::set_current_dir(place.path()).expect("it can be entered");
    let lessons = Shelf::embedded().volumes;
    let mut volumes = lessons.clone();
    volumes.push(opening());
    let read: Vec<(&str, Lesson)> = lessons
        .iter()
        .map(|volume| (stem(volume), read(volume)))
        .collect();
    let links = Links::new(read.iter().map(|(stem, lesson)| (*stem, lesson)));
    let groups: Mutex<BTreeMap<usize, Vec<Sheet>>> = Mutex::new(BTreeMap::new());
    let lacking = Mutex::new(Vec::new());
    let places: Vec<usize> = (0..volumes.len()).collect();
    let mut wrong = side_by_side(&places, |place| {
        let sheets = match lesson_pages(&volumes[*place], &links) {
            Err(reason) => return Some(reason),
            Ok(Made::Lacking) => {
                let mut lacking = lacking.lock().expect("no thread panicked");
                lacking.push(stem(&volumes[*place]));
                return None;
            }
            Ok(Made::Sheets(sheets)) => sheets,
        };
        let mut groups = groups.lock().expect("no thread panicked");
        groups.insert(*place, sheets);
        None
    });
    let (lacking, groups) = (
        lacking.into_inner().expect("no thread panicked"),
        groups.into_inner().expect("no thread panicked"),
    );
    let mut groups: Vec<Vec<Sheet>> = groups.into_values().collect();
    match reference_pages() {
        Ok(sheets) => groups.extend(sheets.into_iter().map(|sheet| vec![sheet])),
        Err(reason) => wrong.push(reason),
    }
    let mut single = tables::sheets();
    single.extend(lookup::sheets());
    single.push(glossary::sheet(&read));
    let chapters: Vec<Chapter<'_>> = read
        .iter()
        .map(|(stem, lesson)| Chapter { stem, lesson })
        .collect();
    single.push(solutions::sheet(&chapters));
    single.push(subjects::sheet(&chapters));
    single.extend(contents(&lessons));
    groups.extend(single.into_iter().map(|sheet| vec![sheet]));

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let wish = std::env::var(WISH).unwrap_or_default();
    let (all, writing) = (wish == "all", wish == "all" || wish == "write");
    for group in &groups {
        let differences: Vec<String> = group.iter().filter_map(difference).collect();
        if all || (writing && !differences.is_empty()) {
            // A page and its drawings are of one run. Those that say the same already stay as they are.
            group.iter().for_each(write);
        } else {
            wrong.extend(differences);
        }
    }
    let made: Vec<&Sheet> = groups.iter().flatten().collect();
    for path in left_over(&made, &lacking) {
        if writing {
            std::fs::remove_file(&path).expect("it can be removed");
        } else {
            wrong.push(format!("{}: no lesson makes this", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n`{WISH}=write cargo test --test book` writes the book anew",
        wrong.join("\n")
    );
}
