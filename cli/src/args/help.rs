//! `--help`: the everyday options, those of a category, or all.

use std::ffi::OsString;

use clap::Command;

/// The options that `--help` shows.
const EVERYDAY: [&str; 21] = [
    "urls",
    "data",
    "json",
    "form",
    "fail",
    "header",
    "head",
    "help",
    "include",
    "insecure",
    "location",
    "output",
    "remote-name",
    "request",
    "silent",
    "upload-file",
    "user",
    "user-agent",
    "verbose",
    "version",
    "view",
];

/// Returns the help of `--help WHAT`: `all`, the name of a category, or nothing for the everyday options.
///
/// # Errors
/// There is no such category.
pub(super) fn text(command: Command, what: Option<&str>) -> Result<String, String> {
    match what {
        Some("all") => Ok(rendered(command)),
        Some(name) => category(command, name),
        None => {
            let more = format!(
                "limpid --help all lists all options and the exit codes, limpid --help CATEGORY the options of a \
                 category:\n  {}",
                categories(&command).join(", ")
            );
            let everyday = |arg: clap::Arg| {
                let name = arg.get_long().unwrap_or_else(|| arg.get_id().as_str()).to_owned();
                arg.hide(!EVERYDAY.contains(&name.as_str())).help_heading("Options")
            };
            Ok(rendered(command.mut_args(everyday).after_help(more)))
        }
    }
}

fn category(command: Command, name: &str) -> Result<String, String> {
    let categories = categories(&command);
    let Some(category) = categories.iter().find(|category| category.eq_ignore_ascii_case(name))
    else {
        return Err(format!("--help takes all, or a category: {}", categories.join(", ")));
    };
    let args = command
        .mut_args(|arg| {
            let is_of_it = arg.get_help_heading().unwrap_or(OTHERS) == category;
            let hides = arg.is_hide_set() || !is_of_it;
            arg.hide(hides)
        })
        .mut_subcommands(|command| command.hide(true));
    Ok(rendered(args.after_help("limpid --help all lists all options")))
}

/// The name of the options without a category.
const OTHERS: &str = "Options";

fn categories(command: &Command) -> Vec<String> {
    let mut categories = Vec::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let category = arg.get_help_heading().unwrap_or(OTHERS).to_owned();
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    categories
}

fn rendered(mut command: Command) -> String {
    command.render_help().to_string()
}

/// Returns what is asked for if the first argument is `--help`: the word after it, if there is one. Without arguments, the
/// short help is asked for.
pub(super) fn asked(arguments: &[OsString]) -> Option<Option<&str>> {
    let Some((first, rest)) = arguments.split_first() else { return Some(None) };
    match first.to_str()? {
        "-h" | "--help" => Some(rest.first().and_then(|what| what.to_str())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn help(what: Option<&str>) -> String {
        text(Cli::command(), what).unwrap()
    }

    #[test]
    fn help_is_short_and_leads_to_the_rest() {
        let short = help(None);
        assert!(short.lines().count() < 60, "{short}");
        assert!(short.contains("--include") && !short.contains("--retry"), "{short}");
        assert!(short.contains("Response") && short.contains("--help all"), "{short}");
        let all = help(Some("all"));
        assert!(all.contains("--include") && all.contains("--retry") && all.contains("Exit codes"));
    }

    #[test]
    fn command_without_arguments_asks_for_the_short_help() {
        assert_eq!(asked(&[]), Some(None));
        assert_eq!(asked(&["--help".into(), "all".into()]), Some(Some("all")));
        assert_eq!(asked(&["http://localhost/".into()]), None);
    }

    #[test]
    fn every_option_is_in_the_help_of_its_category() {
        let command = Cli::command();
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let category = arg.get_help_heading().unwrap_or(OTHERS);
            let text = help(Some(&category.to_lowercase()));
            let name = arg.get_long().map_or("URL".to_owned(), |long| format!("--{long}"));
            assert!(text.contains(&name), "{name} {category}");
        }
        assert!(text(command, Some("nothing")).unwrap_err().contains("Response"));
    }

    #[test]
    fn everyday_options_exist() {
        let mut command = Cli::command();
        command.build();
        for name in EVERYDAY {
            let is_it = |arg: &clap::Arg| arg.get_long().unwrap_or(arg.get_id().as_str()) == name;
            assert!(command.get_arguments().any(is_it), "{name}");
        }
    }
}
