//! The commands of docs/SEEING.md print what the page shows, apart from numbers and the lengths of bars; those of the
//! README run.

#![cfg(all(test, target_os = "linux"))]

use std::path::Path;
use std::process::Command;

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

const PAGE: &str = include_str!("../../docs/SEEING.md");

/// The server of the page.
const SERVER: &str = "127.0.0.1:8000";

/// What Python's `http.server` answers.
const ANSWER: &str = "HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.7\r\n\
                      Date: Mon, 30 Nov 2026 19:36:21 GMT\r\nContent-type: text/html\r\nContent-Length: 13\r\n\
                      Last-Modified: Mon, 30 Nov 2026 19:36:20 GMT\r\n\r\n<p>Hello</p>\n";

/// A command, and lines of its output.
struct Shown {
    command: &'static str,
    lines: Vec<&'static str>,
}

/// Returns the commands of the page in order.
fn commands() -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    for block in PAGE.split("```console\n").skip(1) {
        for line in block.lines().take_while(|line| *line != "```") {
            match (line.strip_prefix("$ "), commands.last_mut()) {
                (Some(command), _) => commands.push(Shown { command, lines: Vec::new() }),
                (None, Some(last)) if line != "..." => last.lines.push(line),
                _ => {}
            }
        }
    }
    commands
}

/// Returns a line with `#` for each number and its unit, and without bars, and the names of phases behind them, which
/// depend on the machine.
fn shape(line: &str) -> String {
    const BARS: &str = "·░▒▓▌─█✗↻";
    let mut shape = String::new();
    for c in line.chars().filter(|c| !BARS.contains(*c)) {
        match (c.is_ascii_digit(), shape.ends_with('#')) {
            (true, true) => {}
            (true, false) => shape.push('#'),
            _ => shape.push(c),
        }
    }
    let shape = shape.replace("#.#", "#").replace("µs", "ms").replace("# s", "# ms");
    shape.split_whitespace().map(without_hex).collect::<Vec<_>>().join(" ")
}

/// Returns a word, or `#` for an offset or a size in hexadecimal digits.
fn without_hex(word: &str) -> &str {
    let digits = word.strip_suffix(':').or_else(|| word.strip_prefix("(#x")?.strip_suffix(')'));
    let is_hex = |digits: &str| digits.chars().all(|c| c.is_ascii_hexdigit() || c == '#');
    if digits.is_some_and(is_hex) { "#" } else { word }
}

/// Returns whether a line is a part of a legend.
fn is_legend(line: &str) -> bool {
    line.contains('↻') || line.contains("░ resolve")
}

#[test]
fn commands_of_the_page_print_what_it_shows() {
    let commands = commands();
    let requests = PAGE.matches(&format!("-o /dev/null http://{SERVER}/")).count();
    assert!(commands.len() > 10 && requests > 4, "{} commands", commands.len());
    let server = Server::tcp(vec![answer(ANSWER); requests]).unwrap();
    let address = format!("127.0.0.1:{}", server.port());
    let directory = Directory::new().unwrap();
    let folder = Path::new(env!("CARGO_BIN_EXE_limpid")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for Shown { command, lines } in commands {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command.replace(SERVER, &address)).current_dir(directory.path());
        shell
            .env("PATH", &path)
            .env("LANG", "C.UTF-8")
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "80");
        let done = run(&mut shell, b"").unwrap();
        let output = String::from_utf8_lossy(&done.stdout) + &*done.stderr;
        let output = output.replace(&address, SERVER);
        let printed: Vec<String> = output.lines().map(shape).collect();
        for line in lines.into_iter().filter(|line| !is_legend(line)) {
            assert!(printed.contains(&shape(line)), "{command}\nmisses: {line}\n{output}");
        }
    }
    server.finish().unwrap();
}

/// The commands of the README, without their comments.
fn readme_commands() -> impl Iterator<Item = &'static str> {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## The command\n").nth(1).unwrap_or_default();
    let block = section.split("```sh\n").nth(1).unwrap_or_default();
    let lines = block.split("```").next().unwrap_or_default().lines();
    let lines = lines.map(|line| line.split(" # ").next().unwrap_or(line).trim());
    // These two serve until they are interrupted.
    let serves = |line: &str| ["limpid tap", "limpid serve"].iter().any(|one| line.contains(one));
    lines.filter(move |line| line.contains("limpid ") && !serves(line))
}

/// Options that name servers and files which a newcomer has, and a test does not.
const NEED_OTHERS: [&str; 5] = ["--otlp", "-x ", "--cacert", "--ca-native", "--cert"];

#[test]
fn commands_of_the_readme_run() {
    let commands: Vec<&str> = readme_commands().collect();
    assert!(commands.len() > 20, "{commands:?}");
    let server = Server::tcp(vec![answer(ANSWER); commands.len()]).unwrap();
    let address = format!("http://127.0.0.1:{}/", server.port());
    let directory = Directory::new().unwrap();
    directory.write("logging.json", include_bytes!("../../logging.json")).unwrap();
    let folder = Path::new(env!("CARGO_BIN_EXE_limpid")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for command in commands {
        let needs_others = NEED_OTHERS.iter().any(|option| command.contains(option));
        let words = command.split(' ').map(|word| {
            match word.starts_with("http://") || word.starts_with("https://") {
                true if word.ends_with(":4318") => "http://127.0.0.1:1",
                true => address.as_str(),
                false => word,
            }
        });
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(words.collect::<Vec<_>>().join(" ")).current_dir(directory.path());
        let done = run(shell.env("PATH", &path), b"").unwrap();
        // Arguments that are wrong have the code 2; `parse` has 3 for bytes that break a rule.
        let expected = match command.contains("limpid parse") {
            true => done.code == 3,
            false => done.code == 0 || (needs_others && done.code != 2),
        };
        assert!(expected, "{command}: {} {}", done.code, done.stderr);
    }
}
