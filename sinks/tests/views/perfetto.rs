//! Traces for Perfetto.

use std::collections::BTreeMap;

use limpid_core::trace::Capture;
use limpid_sinks::exchanges::Model;
use limpid_sinks::views::View;
use serde_json::Value;

use crate::golden::assert_written;
use crate::sample;

fn events(model: &Model) -> Vec<Value> {
    let mut file = Vec::new();
    View::Perfetto.write(model, &mut file).unwrap();
    let trace: Value = serde_json::from_slice(&file).unwrap();
    trace["traceEvents"].as_array().unwrap().clone()
}

fn of_phase<'e>(events: &'e [Value], phase: &'e str) -> impl Iterator<Item = &'e Value> {
    events.iter().filter(move |event| event["ph"] == phase)
}

#[test]
fn trace_is_as_speedscope_accepted_it() {
    assert_written(View::Perfetto, Capture::Default, "sample.perfetto.json");
}

#[test]
fn slices_of_a_track_are_inside_each_other_or_apart() {
    let events = events(&sample::model(Capture::Default));
    let mut tracks: BTreeMap<(u64, u64), Vec<(f64, f64)>> = BTreeMap::new();
    for slice in of_phase(&events, "X") {
        let track = (slice["pid"].as_u64().unwrap(), slice["tid"].as_u64().unwrap());
        let start = slice["ts"].as_f64().unwrap();
        tracks.entry(track).or_default().push((start, start + slice["dur"].as_f64().unwrap()));
    }
    // Three exchanges that overlap, and three connections.
    assert_eq!(tracks.len(), 6);
    let rounding = 0.001;
    for slices in tracks.values() {
        for (start, end) in slices {
            for (from, to) in slices {
                let apart = *to <= start + rounding || *from >= end - rounding;
                let inside =
                    |a: (f64, f64), b: (f64, f64)| a.0 >= b.0 - rounding && a.1 <= b.1 + rounding;
                let nested =
                    inside((*start, *end), (*from, *to)) || inside((*from, *to), (*start, *end));
                assert!(apart || nested, "{start} to {end}, {from} to {to}");
            }
        }
    }
}

#[test]
fn reuse_is_an_arrow_from_one_request_to_the_next() {
    let events = events(&sample::model(Capture::Default));
    let (starts, ends): (Vec<_>, Vec<_>) =
        (of_phase(&events, "s").collect(), of_phase(&events, "f").collect());
    assert_eq!((starts.len(), ends.len()), (1, 1));
    assert_eq!(starts[0]["id"], ends[0]["id"]);
    assert!(starts[0]["ts"].as_f64() <= ends[0]["ts"].as_f64());
    assert_eq!((&starts[0]["pid"], &starts[0]["tid"]), (&2.into(), &1.into()));
    let has_name = |name: &str| events.iter().any(|event| event["name"] == name);
    assert!(has_name("tls") && has_name("302 GET https://example.com/old?token=[secure]"));
    assert!(has_name("reuse: reusable; both messages are complete"));
}

#[test]
fn trace_without_requests_is_valid() {
    assert_eq!(of_phase(&events(&Model::default()), "X").count(), 0);
}
