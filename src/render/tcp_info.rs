//! `info c`: struct tcp_info as a table, what matters most first, each number with its unit and what it says.

use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use crate::catalog::tcp_info::{self, FIELDS, TcpInfoField, Unit};

/// Draws the fields that the kernel returned (`bytes`, as `getsockopt(TCP_INFO)` filled them). With `all` false, those that say
/// nothing yet (0) are left out.
pub fn draw(bytes: &[u8], all: bool, look: &Look) -> Styled {
    let columns = [
        Column::text("field"),
        Column::number("value"),
        Column::prose("what it says"),
    ];
    let known: Vec<(&TcpInfoField, u64)> = FIELDS
        .iter()
        .filter_map(|field| Some((field, field.value(bytes)?)))
        .collect();
    let rows: Vec<Vec<Cell>> = known
        .iter()
        .filter(|(field, number)| {
            all || *number != 0 || matches!(field.unit, Unit::State | Unit::CongestionState)
        })
        .map(|(field, number)| {
            vec![
                (Style::Call, format!("tcpi_{}", field.name)),
                (Style::Bold, value(field.unit, *number)),
                (Style::Plain, meaning(field, *number)),
            ]
        })
        .collect();
    let hidden = known.len() - rows.len();
    let mut text = table::draw(&columns, &rows, look);
    if known.is_empty() {
        text.say(
            Style::Dim,
            0,
            "The kernel gave no TCP_INFO: this is not a TCP socket, or it has no connection.",
        );
    } else if hidden > 0 {
        text.say(
            Style::Dim,
            0,
            &format!("{hidden} fields that are 0 are not shown."),
        );
    }
    text
}

/// The fields of these names alone, at one end or at both, which have these names; an error names the one that the table has not, or that
/// this kernel does not fill in.
pub fn draw_fields(wanted: &[&str], ends: &[(&str, &[u8])], look: &Look) -> Result<Styled, String> {
    let mut columns = vec![Column::text("field")];
    let title = |name: &str| if ends.len() == 1 { "value" } else { name }.to_owned();
    let titles: Vec<String> = ends.iter().map(|(name, _)| title(name)).collect();
    columns.extend(titles.iter().map(|_| Column::number("")));
    columns.push(Column::prose(""));
    let mut head = vec![(Style::Heading, "field".to_owned())];
    head.extend(titles.into_iter().map(|title| (Style::Heading, title)));
    head.push((Style::Heading, "what it says".to_owned()));
    let mut rows = vec![head];
    for name in wanted {
        let short = name.strip_prefix("tcpi_").unwrap_or(name);
        let field = FIELDS
            .iter()
            .find(|field| field.name == short)
            .ok_or_else(|| (*name).to_owned())?;
        let values = ends.iter().map(|(_, bytes)| field.value(bytes));
        if values.clone().all(|value| value.is_none()) {
            return Err((*name).to_owned());
        }
        let mut row = vec![(Style::Call, format!("tcpi_{}", field.name))];
        row.extend(values.clone().map(|number| {
            let shown = number.map(|number| value(field.unit, number));
            (Style::Bold, shown.unwrap_or_default())
        }));
        let first = values.flatten().next().unwrap_or_default();
        row.push((Style::Plain, meaning(field, first)));
        rows.push(row);
    }
    let mut text = table::draw(&columns, &rows, look);
    // The titles are the ends' names, which the columns do not know.
    text.lines.remove(0);
    Ok(text)
}

/// Narrower than this, what a field says stands below it.
const BESIDE: usize = 96;

/// The options of a connection: their names would make a column of the table wide.
fn options_line(field: &TcpInfoField, names: [&str; 2], [one, other]: [&str; 2]) -> Line {
    let values = if one == other {
        format!("{one} at both ends")
    } else {
        format!("{}: {one}; {}: {other}", names[0], names[1])
    };
    Line::wrapping(4)
        .with(Style::Call, &format!("tcpi_{}", field.name))
        .with(Style::Bold, &format!("  {values}"))
        .with(Style::Plain, &format!("  {}", field.meaning))
}

/// Draws a table whose titles stand in its first row and whose last column is prose, which stands below each row where there is no
/// room beside it.
fn beside_or_below(mut columns: Vec<Column>, mut rows: Vec<Vec<Cell>>, look: &Look) -> Styled {
    let mut text = Styled::new();
    if look.width >= BESIDE {
        let drawn = table::draw(&columns, &rows, look).lines;
        text.lines.extend(drawn.into_iter().skip(1));
        return text;
    }
    columns.pop();
    let meanings: Vec<Cell> = rows.iter_mut().filter_map(Vec::pop).collect();
    let drawn = table::draw(&columns, &rows, look).lines;
    for (index, (line, (_, meaning))) in drawn.into_iter().skip(1).zip(meanings).enumerate() {
        text.push(line);
        if index > 0 {
            text.say(Style::Dim, 4, &meaning);
        }
    }
    text
}

/// Draws the fields of both ends of a connection side by side under the ends' names, the end that was asked for first. Fields that say
/// nothing yet (0) at either end are left out.
pub fn draw_both(names: [&str; 2], ends: [&[u8]; 2], look: &Look) -> Styled {
    // The titles are the ends' names: they stand in the first row, and the row for titles is left out.
    let columns = vec![
        Column::text(""),
        Column::number(""),
        Column::number(""),
        Column::prose(""),
    ];
    let mut hidden = 0;
    let mut options = None;
    let mut rows: Vec<Vec<Cell>> = vec![vec![
        (Style::Heading, "field".to_owned()),
        (Style::Client, names[0].to_owned()),
        (Style::Server, names[1].to_owned()),
        (Style::Heading, "what it says".to_owned()),
    ]];
    for field in FIELDS {
        let values = ends.map(|bytes| field.value(bytes));
        let always = matches!(field.unit, Unit::State | Unit::CongestionState);
        if values
            .iter()
            .flatten()
            .all(|number| *number == 0 && !always)
        {
            hidden += usize::from(values.iter().any(Option::is_some));
            continue;
        }
        let shown = values
            .map(|number| number.map_or_else(String::new, |number| value(field.unit, number)));
        let [one, other] = shown;
        if field.unit == Unit::Options {
            options = Some((field, one, other));
            continue;
        }
        rows.push(vec![
            (Style::Call, format!("tcpi_{}", field.name)),
            (Style::Bold, one),
            (Style::Bold, other),
            (Style::Plain, field.meaning.to_owned()),
        ]);
    }
    let mut text = beside_or_below(columns, rows, look);
    if let Some((field, one, other)) = options {
        text.push(options_line(field, names, [&one, &other]));
    }
    if hidden > 0 {
        text.say(
            Style::Dim,
            0,
            &format!("{hidden} fields that are 0 at both ends are not shown."),
        );
    }
    text
}

fn value(unit: Unit, number: u64) -> String {
    match unit {
        Unit::State => tcp_info::state(number as u8).map(str::to_owned),
        Unit::CongestionState => {
            tcp_info::congestion_state(number as u8).map(|state| state.0.to_owned())
        }
        Unit::Options => {
            let names: Vec<&str> = tcp_info::options(number as u8)
                .map(|option| option.0)
                .collect();
            (!names.is_empty()).then(|| names.join(" "))
        }
        Unit::Microseconds if number >= 10_000 => Some(format!("{:.1} ms", number as f64 / 1e3)),
        Unit::BytesPerSecond if number == u64::MAX => Some("no limit".to_owned()),
        _ => None,
    }
    .unwrap_or_else(|| match unit.suffix() {
        "" => number.to_string(),
        suffix => format!("{number} {suffix}"),
    })
}

fn meaning(field: &TcpInfoField, number: u64) -> String {
    match field.unit {
        Unit::CongestionState => tcp_info::congestion_state(number as u8).map_or_else(
            || field.meaning.to_owned(),
            |state| format!("{}: {}", field.meaning, state.1),
        ),
        _ => field.meaning.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{look, screens};

    #[test]
    fn the_fields_the_kernel_returned_with_units_and_meanings() {
        let mut bytes = vec![0; 104];
        bytes[0] = 1;
        bytes[5] = 7;
        bytes[8..12].copy_from_slice(&204_000_u32.to_ne_bytes());
        bytes[16..20].copy_from_slice(&32741_u32.to_ne_bytes());
        bytes[68..72].copy_from_slice(&18_u32.to_ne_bytes());
        bytes[80..84].copy_from_slice(&10_u32.to_ne_bytes());
        insta::assert_snapshot!(screens(|look| draw(&bytes, false, look)));
        insta::assert_snapshot!(screens(|look| draw(&[], false, look)));
    }

    #[test]
    fn both_ends_stand_side_by_side_and_a_field_only_one_kernel_knows_stays_empty() {
        let mut near = vec![0; 104];
        near[0] = 1;
        near[100..104].copy_from_slice(&2_u32.to_ne_bytes());
        let mut far = vec![0; 84];
        far[0] = 8;
        far[80..84].copy_from_slice(&10_u32.to_ne_bytes());
        let drawn = |width| {
            let look = look(width, false);
            draw_both(["c", "conn"], [&near, &far], &look).to_text(&look)
        };
        let narrow = drawn(80);
        assert!(
            narrow.lines().all(|row| row.chars().count() <= 80),
            "{narrow}"
        );
        assert!(
            narrow.contains("\n    the connection's state\n"),
            "{narrow}"
        );
        let shown = drawn(120);
        let line = |name: &str| {
            let found = shown.lines().find(|line| line.starts_with(name));
            let words: Vec<&str> = found.unwrap_or("").split_whitespace().collect();
            words.join(" ")
        };
        assert!(
            line("field").starts_with("field c conn what it says"),
            "{shown}"
        );
        assert!(
            line("tcpi_state").starts_with("tcpi_state ESTABLISHED CLOSE-WAIT"),
            "{shown}"
        );
        assert!(
            line("tcpi_total_retrans").starts_with("tcpi_total_retrans 2 segments all"),
            "{shown}"
        );
        assert!(
            line("tcpi_snd_cwnd").starts_with("tcpi_snd_cwnd 0 segments 10 segments"),
            "{shown}"
        );
    }
}
