//! Stored forms of structs and enums, declared by their fields and variants.

/// Implements [`Stored`](super::Stored) for structs, field by field. A field that is missing is a compile error.
macro_rules! stored_struct {
    ($( $name:ty { $($field:ident)+ } )+) => {$(
        impl $crate::stored::Stored for $name {
            fn store(&self, to: &mut alloc::vec::Vec<u8>) {
                let Self { $($field),+ } = self;
                $( $crate::stored::Stored::store($field, to); )+
            }

            fn load(from: &mut $crate::stored::Reader<'_>) -> Option<Self> {
                Some(Self { $( $field: from.read()?, )+ })
            }
        }
    )+};
}

/// Implements [`Stored`](super::Stored) for enums. Each variant has a unique number. A variant or a field that is
/// missing is a compile error.
macro_rules! stored_enum {
    ($( $name:ty { $($tag:literal $variant:ident $(($($field:ident),+))?,)+ } )+) => {$(
        impl $crate::stored::Stored for $name {
            fn store(&self, to: &mut alloc::vec::Vec<u8>) {
                match self {$(
                    Self::$variant $(($($field),+))? => {
                        to.push($tag);
                        $( $( $crate::stored::Stored::store($field, to); )+ )?
                    }
                )+}
            }

            fn load(from: &mut $crate::stored::Reader<'_>) -> Option<Self> {
                Some(match from.read::<u8>()? {
                    $( $tag => {
                        $( $( let $field = from.read()?; )+ )?
                        Self::$variant $(($($field),+))?
                    } )+
                    _ => return None,
                })
            }
        }
    )+};
}

pub(crate) use {stored_enum, stored_struct};
