//! The page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use limpid_core::trace::Capture;
use limpid_sinks::exchanges::Model;
use limpid_sinks::views::View;
use ring::digest::{SHA256, digest};

use crate::golden::assert_written;
use crate::sample::{self, Script};

fn written(model: &Model) -> String {
    let mut page = Vec::new();
    View::Html.write(model, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// Returns the content of the only element of this name.
fn content<'p>(page: &'p str, name: &str) -> &'p str {
    let start = format!("<{name}>");
    let mut parts = page.split(&start);
    let (_, part) = (parts.next().unwrap(), parts.next().unwrap());
    assert!(parts.next().is_none(), "there is one {name}");
    part.split_once(&format!("</{name}>")).unwrap().0
}

#[test]
fn page_is_as_browsers_have_shown_it() {
    assert_written(View::Html, Capture::Default, "sample.html");
    assert_written(View::Html, Capture::Everything, "sample-everything.html");
}

#[test]
fn page_permits_its_own_style_and_script_alone() {
    let page = written(&sample::model(Capture::Everything));
    for name in ["style", "script"] {
        let hash = STANDARD.encode(digest(&SHA256, content(&page, name).as_bytes()));
        let permitted = format!("{name}-src 'sha256-{hash}'");
        assert!(page.contains(&permitted), "page.rs needs {permitted}");
    }
    assert!(page.contains("content=\"default-src 'none'; "));
    let body = page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0;
    for loading in [" src=", " href=", "style=", "url(", "@import", " on"] {
        assert!(loading == " on" || !body.contains(loading), "{loading}");
    }
}

/// Values that a page must show as text.
pub(crate) const HOSTILE: [&str; 5] = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\" onmouseover=\"document.title='owned'",
    "]]>--><svg/onload=document.title='owned'>",
    "\u{202e}evil\u{2066}\0\u{1b}[31m\u{2028}",
];

/// Returns a model whose values are hostile wherever a peer decides on them.
pub(crate) fn hostile() -> Model {
    let collector = sample::collector(Capture::Everything);
    for (number, value) in (1..).zip(HOSTILE) {
        let mut script = Script::new(&collector, number, number * 1000);
        script.start(value, &format!("http://a.test/{value}"));
        script.open(number);
        script.send(value, value, &[(value, value)], value.as_bytes());
        let length = value.len().to_string();
        let fields = [(value, value), ("Content-Type", value), ("Content-Length", &*length)];
        script.receive(3_000, 200, value, &fields, value.as_bytes());
        script.received(1_000);
        script.complete(0, value.len() as u64);
    }
    collector.model()
}

#[test]
fn hostile_values_are_text() {
    let page = written(&hostile());
    let body = page.split_once("<body>").unwrap().1;
    let allowed = [
        "header", "h1", "h2", "p", "ul", "li", "svg", "rect", "title", "div", "input", "span",
        "main", "ol", "details", "summary", "b", "section", "dl", "dt", "dd", "pre", "footer",
        "script", "body", "html",
    ];
    for tag in body.split('<').skip(1) {
        // The script is after the last tag that values could be in.
        let name = tag.trim_start_matches('/').split([' ', '>', '\n', '/']).next().unwrap();
        assert!(allowed.contains(&name) || tag.starts_with([' ', '=']), "<{tag}");
    }
    assert_eq!(body.matches("<script").count(), 1);
    assert!(!body.contains(['\0', '\u{1b}', '\u{202e}', '\u{2066}', '\u{2028}']));
    assert!(body.contains("&lt;img src=x onerror=&quot;"));
}

#[test]
fn page_of_the_hostile_values_is_kept_for_browsers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/views/hostile.html");
    let page = written(&hostile());
    if std::env::var_os("LIMPID_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(page == kept, "hostile.html differs; LIMPID_BLESS=1 writes it");
}

#[test]
fn page_without_requests_says_so() {
    assert!(written(&Model::default()).contains("<p class=\"empty\">No requests.</p>"));
}
