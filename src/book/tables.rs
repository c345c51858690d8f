//! The tables of the catalog as pages: errors, socket options, the fields of TCP_INFO, a host's settings.

use super::markdown::{cell, code, prose, row};
use super::sheet::Sheet;
use crate::catalog::errno::errnos;
use crate::catalog::option::options;
use crate::catalog::sysctl::SYSCTLS;
use crate::catalog::tcp_info::FIELDS;
use std::fmt::Write;

/// All of them.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::new("reference/errors.md", errors()),
        Sheet::new("reference/options.md", socket_options()),
        Sheet::new("reference/tcp-info.md", tcp_info()),
        Sheet::new("reference/sysctls.md", sysctls()),
    ]
}

fn errors() -> String {
    let mut text = String::from(
        "# Errors\n\nThe errors of socket calls: what each means, which call gives it and when, and what to do. `explain ECONNREFUSED` at \
         the prompt shows one of them; `why` says what led to the last one.\n",
    );
    let mut others = Vec::new();
    let mut sorted: Vec<_> = errnos().collect();
    sorted.sort_by_key(|errno| errno.name);
    for errno in sorted {
        if errno.meaning.is_empty() {
            others.push(errno);
            continue;
        }
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n## {}\n\n*{}* ({}). {}\n",
            errno.name,
            prose(errno.message),
            errno.number,
            prose(errno.meaning)
        );
        if !errno.causes.is_empty() {
            text.push_str("\n| from | when |\n|---|---|\n");
            for when in errno.causes {
                let _ = writeln!(text, "| {} | {} |", cell(when.call), cell(&when.said()));
            }
        }
        if !errno.what_next.is_empty() {
            let _ = write!(text, "\n**What next:** {}\n", prose(errno.what_next));
            for (of, next) in errno.what_next_for {
                let _ = write!(text, "\n**{}:** {}\n", prose(of), prose(next));
            }
        }
        if !errno.man.is_empty() {
            let _ = write!(text, "\nRead on: {}\n", prose(errno.man));
        }
    }
    if !others.is_empty() {
        text.push_str(
            "\n## The others\n\nErrors that no socket call gives by itself.\n\n| name | number | message |\n|---|---|---|\n",
        );
        for errno in others {
            text.push_str(&row(
                errno.name,
                &[&errno.number.to_string(), errno.message],
            ));
        }
    }
    text
}

fn socket_options() -> String {
    let mut text = String::from(
        "# Socket options\n\nWhat getsockopt(2) and setsockopt(2) know, level by level. `options s` shows all that apply to a socket, with \
         their values.\n",
    );
    let mut level = "";
    for option in options() {
        if option.level != level {
            level = option.level;
            let _ = write!(
                text,
                "\n## {level}\n\n| option | value | get | set | meaning | read on |\n|---|---|---|---|---|---|\n"
            );
        }
        let yes = |holds: bool| if holds { "✓" } else { "" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            code(option.name),
            cell(option.kind.describe()),
            yes(option.gettable),
            yes(option.settable),
            cell(option.meaning),
            cell(option.man)
        );
    }
    text
}

fn tcp_info() -> String {
    let mut text = String::from(
        "# TCP_INFO\n\nWhat the kernel reports of a TCP connection (`info s`, or getsockopt with TCP_INFO): the fields of `struct tcp_info`.\n\n\
         | field | unit | meaning |\n|---|---|---|\n",
    );
    for field in FIELDS {
        text.push_str(&row(field.name, &[field.unit.suffix(), field.meaning]));
    }
    text
}

fn sysctls() -> String {
    let mut text = String::from(
        "# Settings of a host\n\nSettings of a host's network that are worth a look; `sysctl` reads and writes them, below `net.`. Any other \
         works as well.\n\n| setting | meaning |\n|---|---|\n",
    );
    for (name, meaning) in SYSCTLS {
        text.push_str(&row(name, &[meaning]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_catalog_is_there() {
        let (errors, options) = (errors(), socket_options());
        for errno in errnos() {
            assert!(errors.contains(errno.name), "{}", errno.name);
        }
        for option in crate::catalog::option::options() {
            assert!(options.contains(option.name), "{}", option.name);
        }
        assert!(sysctls().contains(SYSCTLS[0].0) && tcp_info().contains(FIELDS[0].name));
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        for sheet in sheets() {
            let mut columns = 0;
            for line in sheet.text.lines() {
                if !line.starts_with('|') {
                    columns = 0;
                    continue;
                }
                let cells = line.replace("\\|", "").matches('|').count();
                if columns == 0 {
                    columns = cells;
                }
                assert_eq!(cells, columns, "{}: {line}", sheet.path);
            }
        }
    }
}
