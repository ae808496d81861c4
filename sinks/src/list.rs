//! Lists in text.

use std::fmt::{self, Display, Formatter};

/// A list that shows its items as `one`, `one and two`, or `one, two and three`.
pub(crate) struct List<I>(pub(crate) I);

impl<I> Display for List<I>
where
    I: Iterator<Item: Display> + Clone,
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut items = self.0.clone().enumerate().peekable();
        while let Some((index, item)) = items.next() {
            f.write_str(match (index, items.peek()) {
                (0, _) => "",
                (_, Some(_)) => ", ",
                (_, None) => " and ",
            })?;
            item.fmt(f)?;
        }
        Ok(())
    }
}
