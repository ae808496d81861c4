//! The kinds of frames.

/// Declares the kinds and the bytes that stand for them.
macro_rules! kinds {
    ($($(#[$attribute:meta])* $name:ident = $byte:literal,)+) => {
        /// The kind of a frame, which says how its payload is read.
        ///
        /// The [crate](crate) has an example.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum FrameKind { $($(#[$attribute])* $name = $byte,)+ }

        impl FrameKind {
            /// Returns the kind that a byte stands for.
            #[must_use]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// Returns the byte that stands for the kind.
            #[must_use]
            pub const fn byte(self) -> u8 {
                self as u8
            }
        }
    };
}

kinds! {
    /// The last frame: why the recording ends.
    End = 0,
    /// The time of what follows, on the driver's clock, as the difference to the time before.
    Time = 1,
}
