//! A constructor for settings that may gain fields.

/// Gives each type, which has defaults and public fields, the constructor `with`.
macro_rules! with {
    ($($type:ty),+ $(,)?) => {$(
        impl $type {
            /// Returns the defaults, as changed by `edit`. The type may gain fields, so that code
            /// outside of this crate cannot list them.
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
