//! Options whose order on the command line matters across their names.

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};

/// An option that may be repeated, and whose values are of kind `K`.
pub(super) struct Ordered<K: 'static> {
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    pub(super) alias: Option<&'static str>,
    pub(super) value_name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: K,
}

/// Declares the options.
pub(super) fn declare<K>(command: Command, options: &'static [Ordered<K>]) -> Command {
    options.iter().fold(command, |command, option| {
        let Ordered { long, short, alias, value_name, help, .. } = *option;
        let mut arg = Arg::new(long).long(long).value_name(value_name).help(help);
        arg = arg.action(ArgAction::Append).value_hint(ValueHint::AnyPath);
        if let Some(short) = short {
            arg = arg.short(short);
        }
        if let Some(alias) = alias {
            arg = arg.alias(alias);
        }
        command.arg(arg)
    })
}

/// Returns the kinds and values of the options in the order in which they were given.
pub(super) fn collect<K: Copy>(
    matches: &ArgMatches,
    options: &'static [Ordered<K>],
) -> Vec<(K, String)> {
    let mut found = Vec::new();
    for Ordered { long, kind, .. } in options {
        let values = matches.get_many::<String>(long).into_iter().flatten();
        let indices = matches.indices_of(long).into_iter().flatten();
        found.extend(indices.zip(values).map(|(index, value)| (index, (*kind, value.clone()))));
    }
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Implements clap's traits for a struct of the values of `OPTIONS`, in their order.
macro_rules! ordered {
    ($name:ident, $options:ident, $kind:ty) => {
        impl clap::Args for $name {
            fn augment_args(command: clap::Command) -> clap::Command {
                super::ordered::declare(command, $options)
            }

            fn augment_args_for_update(command: clap::Command) -> clap::Command {
                Self::augment_args(command)
            }
        }

        impl clap::FromArgMatches for $name {
            fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(super::ordered::collect(matches, $options)))
            }

            fn update_from_arg_matches(
                &mut self,
                matches: &clap::ArgMatches,
            ) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }
    };
}

pub(super) use ordered;
