//! A constructor for settings to which fields may be added.

/// Implements the constructor `with` for types that have defaults and public fields.
macro_rules! with {
    ($($type:ty),+ $(,)?) => {$(
        impl $type {
            /// Returns the defaults as changed by `edit`. Code outside of this crate cannot use a
            /// struct expression, because fields may be added to the type.
            #[must_use]
            pub fn with(edit: impl FnOnce(&mut Self)) -> Self {
                let mut this = Self::default();
                edit(&mut this);
                this
            }
        }
    )+};
}

pub(crate) use with;
