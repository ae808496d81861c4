//! Waterfalls for terminals.

use limpid_core::trace::Capture;
use limpid_sinks::exchanges::Model;
use limpid_sinks::views::{Style, View};
use unicode_width::UnicodeWidthStr;

use crate::golden::assert_written;
use crate::sample::{self, Script};

const WIDE: Style = Style { width: 100, colour: false, unicode: true };

fn written(model: &Model, style: Style) -> String {
    let mut text = Vec::new();
    View::Waterfall(style).write(model, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Returns a model of so many requests, of which some have long or hostile URLs.
fn many(count: u64) -> Model {
    let collector = sample::collector(Capture::Default);
    for number in 0..count {
        let url = match number % 4 {
            0 => "http://a.test/".to_owned(),
            1 => format!("http://a.test/{}", "long/".repeat(usize::try_from(number % 60).unwrap())),
            2 => format!("http://b.test/\u{202e}\u{1b}[31m\0{number}\n"),
            _ => "https://日本語.test/ページ/とても長い名前の画像.png".to_owned(),
        };
        let mut script = Script::new(&collector, number + 1, number * 777);
        script.start("GET", &url);
        script.open(number + 1);
        script.send("GET", "/", &[], b"");
        script.receive(1_000 * (number % 50), 200, "OK", &[("Content-Length", "2")], b"ok");
        if number % 7 != 6 {
            script.received(500);
            script.complete(0, 2);
        }
    }
    collector.model()
}

#[test]
fn waterfall_is_drawn_as_people_have_seen_it() {
    let narrow = Style { width: 60, ..Style::default() };
    let colours = Style { colour: true, ..WIDE };
    for (style, name) in [(WIDE, "wide"), (narrow, "ascii"), (colours, "colours")] {
        let name = format!("waterfall-{name}.txt");
        assert_written(View::Waterfall(style), Capture::Default, &name);
    }
}

#[test]
fn lines_are_never_wider_than_the_terminal() {
    for (count, unicode) in [(1, true), (2, false), (30, true), (30, false)] {
        let model = many(count);
        for width in (0..180).step_by(7) {
            let text = written(&model, Style { width, colour: false, unicode });
            let widest = text.lines().map(UnicodeWidthStr::width).max().unwrap();
            assert!(widest <= width.max(Style::NARROWEST), "{width}: {widest}\n{text}");
            assert!(unicode || text.is_ascii(), "{text}");
        }
    }
}

#[test]
fn values_of_peers_do_not_control_the_terminal() {
    let text = written(&many(8), WIDE);
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\0']), "{text}");
    assert!(text.contains("\\u202e\\x1b[31m"), "{text}");
}

#[test]
fn number_of_rows_is_limited() {
    let text = written(&many(520), WIDE);
    assert!(text.starts_with("520 requests, "), "{text}");
    assert!(text.contains("and 20 more requests\n"));
    assert_eq!(text.lines().filter(|line| line.contains(" 200 ")).count(), 500);
    assert_eq!(written(&Model::default(), WIDE), "no requests\n");
}

#[test]
fn colours_change_no_characters() {
    let model = many(40);
    let coloured = written(&model, Style { colour: true, ..WIDE });
    let mut plain = String::new();
    let mut rest = &*coloured;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    let trimmed =
        |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&plain), trimmed(&written(&model, WIDE)));
}
