//! Tables in Markdown.

use crate::case::Shows;
use crate::numbers::{
    Spread, allocated, allocations, cpu, heap, ratio, seconds, show_count, show_seconds,
};
use crate::run::{Measured, Row};

/// Returns a table with a header.
#[must_use]
pub fn markdown(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut table = line(head.to_vec());
    let rule = widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>();
    table.push_str(&format!("|{}|\n", rule.join("|")));
    for row in rows {
        table.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    table
}

/// Returns the table of a case, with its title.
#[must_use]
pub fn case(measured: &Measured) -> String {
    let Measured { case, rows } = measured;
    let title = format!("### {}\n\n", case.title);
    if case.shows == Shows::Heap {
        let row = |row: &Row| {
            let heap = row.counted.as_ref().map(|counted| show_count(heap(counted)));
            vec![name(row, rows), heap.unwrap_or_default()]
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        return title + &markdown(&["", &format!("bytes of heap for each {}", case.unit)], &rows);
    }
    let time = format!("time for each {} (min / median / max)", case.unit);
    let against = format!("speed, {} = 1 (min / median / max)", rows[0].peer);
    let mut head = vec!["", &time, &against];
    let has_cpu = case.shows != Shows::Memory;
    if has_cpu {
        head.push("CPU");
    }
    head.push("instructions");
    if case.shows == Shows::Client {
        head.push("calls");
    }
    head.extend(["allocations", "bytes allocated"]);
    let line = |row: &Row| {
        let mut cells = vec![name(row, rows)];
        let time = Spread::of(seconds(case.shows, row));
        cells.push(time.map_or_else(String::new, |time| time.show(show_seconds)));
        let speed = ratio(seconds(case.shows, &rows[0]), seconds(case.shows, row));
        let two_digits = |ratio: f64| format!("{ratio:.2}");
        cells.push(speed.map_or_else(String::new, |speed| speed.show(two_digits)));
        if has_cpu {
            let cpu = Spread::of(cpu(case.shows, row));
            cells.push(cpu.map_or_else(String::new, |cpu| show_seconds(cpu.median)));
        }
        let shown = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), show_count);
        let scale = crate::numbers::scale(case.shows);
        cells.push(shown(row.instructions.map(|count| count * scale)));
        if case.shows == Shows::Client {
            cells.push(shown(row.calls));
        }
        // libcurl does not use the counting allocator.
        let counted = row.counted.as_ref().filter(|_| row.peer != crate::peers::CURL);
        cells.push(shown(counted.map(|counted| allocations(case.shows, counted))));
        cells.push(shown(counted.map(|counted| allocated(case.shows, counted))));
        cells
    };
    title + &markdown(&head, &rows.iter().map(line).collect::<Vec<_>>())
}

/// Returns the name of a row: its peer, and its work if the rows differ in that.
fn name(row: &Row, rows: &[Row]) -> String {
    if rows.iter().all(|other| other.work == row.work) {
        return row.peer.to_owned();
    }
    format!("{}: {}", row.peer, row.work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_columns_fit_widest_cell() {
        let rows = [vec!["limpid".to_owned(), "1".to_owned()]];
        let table = markdown(&["", "instructions"], &rows);
        let expected = "|        | instructions |\n\
                        |--------|--------------|\n\
                        | limpid | 1            |\n";
        assert_eq!(table, expected);
    }
}
