//! Python's `repr` of each type. The expected texts are those of Python 3.11.

use limpid_sinks::python::repr::*;

#[test]
fn constants_are_shown_as_by_python() {
    assert_eq!(NONE, "None");
    assert_eq!(Bool(true).to_string(), "True");
    assert_eq!(Bool(false).to_string(), "False");
}

#[test]
fn floats_are_shown_as_by_python() {
    for (value, expected) in [
        (5.0, "5.0"),
        (0.3, "0.3"),
        (1.1, "1.1"),
        (100.0, "100.0"),
        (0.0001, "0.0001"),
        (0.00012345, "0.00012345"),
        (0.000_099_999, "9.9999e-05"),
        (2.5e-05, "2.5e-05"),
        (1e-05, "1e-05"),
        (1e-10, "1e-10"),
        (5e-324, "5e-324"),
        (1e15, "1000000000000000.0"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (1e16, "1e+16"),
        (1.5e300, "1.5e+300"),
        (f64::MAX, "1.7976931348623157e+308"),
        (0.1 + 0.2, "0.30000000000000004"),
        // Of two equally near texts, the even one is taken.
        (982_956_435_537_732.0 + 0.25, "982956435537732.2"),
        (192_028_772_158_784.0 + 0.125, "192028772158784.12"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (-2.5e-05, "-2.5e-05"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, "nan"),
        (-f64::NAN, "nan"),
    ] {
        assert_eq!(Float(value).to_string(), expected);
    }
}

#[test]
fn bytes_are_shown_as_by_python() {
    for (value, expected) in [
        (&b""[..], r"b''"),
        (b"GET", r"b'GET'"),
        (b"it's", r#"b"it's""#),
        (br#"say "no""#, r#"b'say "no"'"#),
        (br#"it's "so""#, r#"b'it\'s "so"'"#),
        (br"a\b", r"b'a\\b'"),
        (b"\t\n\r", r"b'\t\n\r'"),
        (b"\0\x07\x08\x0b\x1b\x7f\x80\xff", r"b'\x00\x07\x08\x0b\x1b\x7f\x80\xff'"),
        ("é".as_bytes(), r"b'\xc3\xa9'"),
    ] {
        assert_eq!(Bytes(value).to_string(), expected);
    }
}

#[test]
fn a_bytearray_escapes_every_apostrophe() {
    for (value, expected) in [
        (&b""[..], r"bytearray(b'')"),
        (b"HTTP/2 200 OK", r"bytearray(b'HTTP/2 200 OK')"),
        (b"it's", r#"bytearray(b"it\'s")"#),
        (br#"say "no""#, r#"bytearray(b'say "no"')"#),
        (br#"it's "so""#, r#"bytearray(b'it\'s "so"')"#),
        (b"xyz\r\n", r"bytearray(b'xyz\r\n')"),
    ] {
        assert_eq!(ByteArray(value).to_string(), expected);
    }
}

#[test]
fn strings_are_shown_as_by_python() {
    for (value, expected) in [
        ("", "''"),
        ("www.example.com", "'www.example.com'"),
        ("it's", "\"it's\""),
        ("say \"no\"", "'say \"no\"'"),
        ("it's \"so\"", r#"'it\'s "so"'"#),
        ("a\\b", r"'a\\b'"),
        ("\t\n\r", r"'\t\n\r'"),
        ("\0\x07\x1b", r"'\x00\x07\x1b'"),
        ("\x7f\u{80}\u{a0}\u{ad}", r"'\x7f\x80\xa0\xad'"),
        ("é ñ ü ß", "'é ñ ü ß'"),
        ("日本 🎃", "'日本 🎃'"),
        ("\u{200b}\u{2028}\u{3000}\u{e000}\u{feff}", r"'\u200b\u2028\u3000\ue000\ufeff'"),
        ("\u{e0001}\u{10ffff}", r"'\U000e0001\U0010ffff'"),
        // Combining marks are printable.
        ("e\u{301}", "'e\u{301}'"),
    ] {
        assert_eq!(Str(value).to_string(), expected);
    }
}

#[test]
fn quotes_are_chosen_for_a_text_in_pieces() {
    let text = Str(format_args!("{} and {}", "it's", "\"so\"")).to_string();
    assert_eq!(text, r#"'it\'s and "so"'"#);
    assert_eq!(Str(format_args!("{}{}", "a", "it's")).to_string(), "\"ait's\"");
}

#[test]
fn tuples_and_lists_are_shown_as_by_python() {
    assert_eq!(Tuple(()).to_string(), "()");
    assert_eq!(Tuple((1,)).to_string(), "(1,)");
    assert_eq!(Tuple((1, 9, 1)).to_string(), "(1, 9, 1)");
    assert_eq!(List::<[u8; 0]>([]).to_string(), "[]");
    assert_eq!(List([Tuple((1, 9, 1))]).to_string(), "[(1, 9, 1)]");
    assert_eq!(List([Str("a"), Str("b")]).to_string(), "['a', 'b']");
}

#[test]
fn exceptions_have_no_trailing_comma() {
    assert_eq!(Exception("GeneratorExit", ()).to_string(), "GeneratorExit()");
    let refused = Exception("ConnectionRefusedError", (111, Str("Connection refused")));
    assert_eq!(
        Exception("ConnectError", (refused,)).to_string(),
        "ConnectError(ConnectionRefusedError(111, 'Connection refused'))"
    );
}

#[test]
fn escapes_pile_up_where_a_repr_is_a_text() {
    let text = |line: &[u8]| {
        Exception("E", (Str(format_args!("illegal: {}", ByteArray(line))),)).to_string()
    };
    assert_eq!(text(b"no"), r#"E("illegal: bytearray(b'no')")"#);
    assert_eq!(text(b"it's"), r#"E('illegal: bytearray(b"it\\\'s")')"#);
    assert_eq!(text(br#""no""#), r#"E('illegal: bytearray(b\'"no"\')')"#);
    assert_eq!(text(br#""it's""#), r#"E('illegal: bytearray(b\'"it\\\'s"\')')"#);
    assert_eq!(text(b"\xe9\t"), r#"E("illegal: bytearray(b'\\xe9\\t')")"#);
}
