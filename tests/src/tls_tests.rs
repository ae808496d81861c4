//! Macros that make a test of each scenario of [`tls`](crate::tls).

/// Makes a test of each scenario of layers in memory for an
/// [`Implementation`](crate::tls::Implementation).
#[macro_export]
macro_rules! tls_layer_tests {
    ($implementation:ty) => {
        $crate::tls_tests! { [$implementation]:
            bytes_arrive_whole_however_they_are_cut
            a_layer_that_is_asked_for_less_delivers_less
            what_is_held_for_the_layer_above_is_counted
            what_is_written_fits_into_records_of_any_number
            a_change_of_keys_is_answered_and_changes_nothing_else
            what_follows_the_end_is_ignored
            a_record_that_was_changed_on_its_way_ends_the_connection
            memory_that_was_given_back_comes_again
            an_open_connection_says_what_was_agreed_and_who_the_server_is
        }
    };
}

/// Makes a test of each of these scenarios.
#[doc(hidden)]
#[macro_export]
macro_rules! tls_tests {
    ($implementations:tt: $($scenario:ident)+) => {
        $( $crate::tls_tests! { @one $implementations $scenario } )+
    };
    (@one [$($implementation:ty),+] $scenario:ident) => {
        #[test]
        fn $scenario() -> Result<(), $crate::tls::Failure> {
            $crate::tls::$scenario::<$($implementation),+>()
        }
    };
}

/// Makes a test of each scenario of clients and servers for an
/// [`Implementation`](crate::tls::Implementation) of the client's TLS and one of the server's.
#[macro_export]
macro_rules! tls_driver_tests {
    ($client:ty, $server:ty) => {
        $crate::tls_tests! { [$client, $server]:
            bodies_pass_both_ways_on_one_connection
            certificates_that_are_not_acceptable_are_refused
            a_server_that_chooses_another_protocol_is_asked_nothing
            a_tunnel_through_a_proxy_with_tls_has_tls_within_tls
        }
        $crate::tls_tests! { [$client]: a_server_that_does_not_speak_tls_is_recognised }
    };
}
