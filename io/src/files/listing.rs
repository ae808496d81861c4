//! Lists of the files of a directory, as pages for people.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use percent_encoding::percent_decode;

use super::answer::Answer;
use super::date;
use super::path::{is_visible, link};

/// A line of a list.
struct Line {
    name: String,
    link: String,
    /// The length of a file; `None` for a directory.
    len: Option<u64>,
    modified: Option<SystemTime>,
}

/// Returns the list of a directory, whose path as sent is `path`.
pub(super) fn answer(
    directory: &Path,
    is_root: bool,
    path: &[u8],
    dot_files: bool,
) -> io::Result<Answer> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if dot_files || is_visible(&entry.file_name()) {
            // A link that leads nowhere is left out, and what is neither a file nor a directory.
            lines.extend(line(&entry));
        }
    }
    lines.sort_by(|one, other| {
        (one.len.is_some(), &one.name).cmp(&(other.len.is_some(), &other.name))
    });
    let title = escaped(&String::from_utf8_lossy(&percent_decode(path).collect::<Vec<_>>()));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>body {{ font-family: sans-serif }} td {{ padding: 0 1em 0 0 }} .n {{ text-align: right }}</style>\n\
         <h1>{title}</h1>\n<table>\n"
    );
    if !is_root {
        page.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for Line { name, link, len, modified } in lines {
        let slash = if len.is_some() { "" } else { "/" };
        let len = len.map(|len| len.to_string()).unwrap_or_default();
        let modified = modified.and_then(date::whole).map(date::format).unwrap_or_default();
        page.push_str(&format!(
            "<tr><td><a href=\"./{link}{slash}\">{}{slash}</a></td><td class=\"n\">{len}</td><td>{modified}</td></tr>\n",
            escaped(&name)
        ));
    }
    page.push_str("</table>\n</html>\n");
    Ok(Answer::text(200, "text/html; charset=utf-8", page))
}

fn line(entry: &DirEntry) -> Option<Line> {
    let metadata = fs::metadata(entry.path()).ok().filter(|it| it.is_file() || it.is_dir())?;
    let name = entry.file_name();
    Some(Line {
        link: link(&name),
        name: name.to_string_lossy().into_owned(),
        len: metadata.is_file().then_some(metadata.len()),
        modified: metadata.modified().ok(),
    })
}

/// Returns text of a page in which nothing is read as markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
