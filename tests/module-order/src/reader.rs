//! Reads source files into modules.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr as _;
use std::{fs, io};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::module::{Mention, Module, ModuleId, Segments};

/// The sources of a crate, by their path below `src`, with `/` on every system.
pub(crate) type Files = BTreeMap<String, String>;

/// Reads the Rust files in `src` and below.
pub(crate) fn files(src: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    read_directory(src, "", &mut files)?;
    Ok(files)
}

fn read_directory(directory: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            read_directory(&path, &format!("{name}/"), files)?;
        } else if name.ends_with(".rs") {
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Reads the module tree whose root is the file `root`. The first module is the root.
///
/// # Errors
/// A message about the file that is missing or is not Rust.
pub(crate) fn modules(files: &Files, root: &str) -> Result<Vec<Module>, String> {
    let mut reader = Reader { files, modules: Vec::new() };
    let directory = root.rfind('/').map_or("", |end| &root[..=end]);
    reader.file(Module { file: root.to_owned(), ..Module::default() }, directory)?;
    Ok(reader.modules)
}

struct Reader<'f> {
    files: &'f Files,
    modules: Vec<Module>,
}

/// The module of some tokens, and the directory of its children's files.
#[derive(Clone, Copy)]
struct Place<'p> {
    module: ModuleId,
    directory: &'p str,
}

impl Reader<'_> {
    fn file(&mut self, module: Module, directory: &str) -> Result<ModuleId, String> {
        let name = module.file.clone();
        let source =
            self.files.get(&name).ok_or_else(|| format!("{name}: there is no such file"))?;
        let tokens = TokenStream::from_str(source)
            .map_err(|error| format!("{name}:{}: {error}", error.span().start().line))?;
        let id = self.add(module);
        self.tokens(tokens, Place { module: id, directory }, true)?;
        Ok(id)
    }

    fn add(&mut self, module: Module) -> ModuleId {
        self.modules.push(module);
        self.modules.len() - 1
    }

    /// Reads tokens of a module; `items` states that they are its items, and not the inside of one.
    fn tokens(&mut self, tokens: TokenStream, place: Place<'_>, items: bool) -> Result<(), String> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = &tokens[at..];
            at += match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => match attribute(rest) {
                    Some((group, inner)) if is_for_tests(group) => {
                        if inner {
                            return Ok(());
                        }
                        item_len(rest, items)
                    }
                    _ => 1,
                },
                TokenTree::Punct(punct) if punct.as_char() == '\'' => 2,
                TokenTree::Group(group) => {
                    self.tokens(group.stream(), place, false)?;
                    1
                }
                TokenTree::Ident(ident) => {
                    let after_path = is_path_separator(&tokens[..at]);
                    let after_dollar = at > 0 && is_punct(&tokens[at - 1], '$');
                    match ident.to_string().as_str() {
                        _ if after_path => 1,
                        "use" => self.import(rest, place),
                        "mod" => self.child(rest, place)?,
                        "pub" => visibility_len(rest),
                        "crate" => self.path(rest, place),
                        _ if after_dollar => 1,
                        keyword if items && DEFINES.contains(&keyword) => {
                            let name = rest.iter().skip(1).find_map(item_name);
                            self.modules[place.module].defined.extend(name);
                            1
                        }
                        _ => self.path(rest, place),
                    }
                }
                _ => 1,
            };
        }
        Ok(())
    }

    /// Reads `use ...;`. Returns its number of tokens.
    fn import(&mut self, tokens: &[TokenTree], place: Place<'_>) -> usize {
        let len = tokens.iter().position(|token| is_punct(token, ';')).unwrap_or(tokens.len());
        // `use<'a>` is a bound, not an import, and contains no path.
        if tokens.get(1).is_some_and(|token| is_punct(token, '<')) {
            return 1;
        }
        self.tree(&tokens[1..len], &Segments::new(), place.module);
        len
    }

    /// Reads one tree of a `use`, under a prefix: `a::b`, `a as b`, `a::*`, `a::{b, c}` or `a, b`.
    fn tree(&mut self, tokens: &[TokenTree], prefix: &Segments, module: ModuleId) {
        for tokens in tokens.split(|token| is_punct(token, ',')) {
            // A path of other crates, or of a macro's parameter.
            let Some(first) = tokens.first().filter(|token| !is_punct(token, ':')) else {
                continue;
            };
            let line = first.span().start().line;
            let mut path = prefix.clone();
            let mut binding = None;
            for (at, token) in tokens.iter().enumerate() {
                match token {
                    TokenTree::Ident(ident) if *ident == "as" => {
                        binding = tokens.get(at + 1).map(ToString::to_string);
                        break;
                    }
                    TokenTree::Ident(ident) if *ident == "self" && !path.is_empty() => {}
                    TokenTree::Ident(ident) => path.push(ident.to_string()),
                    TokenTree::Group(group) => {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.tree(&inner, &path, module);
                        path.clear();
                    }
                    TokenTree::Punct(punct) if punct.as_char() == '*' => {
                        self.modules[module].globs.push(path.clone());
                        binding = Some("_".to_owned());
                    }
                    _ => {}
                }
            }
            if let Some(last) = path.last() {
                let name = binding.unwrap_or_else(|| last.clone());
                let module = &mut self.modules[module];
                if name != "_" {
                    module.bindings.entry(name).or_default().push(path.clone());
                }
                module.mentions.push(Mention { path, line });
            }
        }
    }

    /// Reads `mod name;` or `mod name { ... }`. Returns its number of tokens.
    fn child(&mut self, tokens: &[TokenTree], place: Place<'_>) -> Result<usize, String> {
        let [_, TokenTree::Ident(name), end, ..] = tokens else { return Ok(1) };
        let name = name.to_string();
        let parent = &self.modules[place.module];
        let mut module = Module {
            path: [parent.path.as_slice(), std::slice::from_ref(&name)].concat(),
            file: parent.file.clone(),
            parent: Some(place.module),
            ..Module::default()
        };
        let directory = format!("{}{name}/", place.directory);
        let child = match end {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let child = self.add(module);
                self.modules[place.module].children.insert(name, child);
                let place = Place { module: child, directory: &directory };
                self.tokens(group.stream(), place, true)?;
                return Ok(3);
            }
            end if is_punct(end, ';') => {
                let beside = format!("{}{name}.rs", place.directory);
                let within = format!("{directory}mod.rs");
                module.file = if self.files.contains_key(&beside) { beside } else { within };
                self.file(module, &directory)?
            }
            _ => return Ok(1),
        };
        let line = tokens[0].span().start().line;
        let parent = &mut self.modules[place.module];
        parent.children.insert(name, child);
        parent.declares.push((child, line));
        Ok(3)
    }

    /// Reads a path of several segments, if there is one. Returns its number of tokens.
    fn path(&mut self, tokens: &[TokenTree], place: Place<'_>) -> usize {
        let mut path = Segments::new();
        let mut len = 0;
        while let Some(TokenTree::Ident(ident)) = tokens.get(len) {
            path.push(ident.to_string());
            len += 1;
            if !tokens.get(len..len + 2).is_some_and(is_path_separator) {
                break;
            }
            len += 2;
        }
        if path.len() > 1 {
            let line = tokens[0].span().start().line;
            self.modules[place.module].mentions.push(Mention { path, line });
        }
        len
    }
}

/// The keywords before the name of an item.
const DEFINES: [&str; 9] =
    ["struct", "enum", "union", "trait", "type", "const", "static", "fn", "macro_rules"];

/// Returns the name of an item, if this token is one; `const fn` and `static mut` are two keywords.
fn item_name(token: &TokenTree) -> Option<String> {
    let TokenTree::Ident(ident) = token else { return None };
    let name = ident.to_string();
    (!matches!(name.as_str(), "fn" | "mut" | "unsafe" | "async" | "extern")).then_some(name)
}

fn is_punct(token: &TokenTree, which: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == which)
}

/// Returns whether these tokens end with `::`.
fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [.., first, second] if is_punct(first, ':') && is_punct(second, ':'))
}

/// Returns the attribute that begins here, and whether it is an inner one.
fn attribute(tokens: &[TokenTree]) -> Option<(&Group, bool)> {
    match tokens {
        [_, TokenTree::Group(group), ..] => Some((group, false)),
        [_, bang, TokenTree::Group(group), ..] if is_punct(bang, '!') => Some((group, true)),
        _ => None,
    }
}

/// Returns whether the attribute is `cfg(test)`, or requires `test` and more.
fn is_for_tests(attribute: &Group) -> bool {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name), TokenTree::Group(condition)] if *name == "cfg" => {
            asks_for_test(condition)
        }
        _ => false,
    }
}

fn asks_for_test(condition: &Group) -> bool {
    let tokens: Vec<TokenTree> = condition.stream().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] => *name == "test",
        [TokenTree::Ident(name), TokenTree::Group(all)] if *name == "all" => all
            .stream()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(name) if name == "test")),
        _ => false,
    }
}

/// Returns the number of tokens of an item, from its first attribute to its end: a `;` or a block. What is
/// not an item, such as a field, also ends at a comma.
fn item_len(tokens: &[TokenTree], is_item: bool) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(token, ';') || !is_item && is_punct(token, ','),
    };
    tokens.iter().position(is_end).map_or(tokens.len(), |end| end + 1)
}

/// Returns the number of tokens of a visibility: the path in `pub(in path)` is not an import.
fn visibility_len(tokens: &[TokenTree]) -> usize {
    let Some(TokenTree::Group(group)) = tokens.get(1) else { return 1 };
    let first = group.stream().into_iter().next();
    let words = ["crate", "super", "self", "in"];
    let is_restriction = group.delimiter() == Delimiter::Parenthesis
        && matches!(first, Some(TokenTree::Ident(first)) if words.iter().any(|word| first == word));
    if is_restriction { 2 } else { 1 }
}
