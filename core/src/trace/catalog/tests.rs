//! Properties of every span of the catalogue.

use std::vec::Vec;

use super::*;
use crate::error::{Cause, Phase};

const STREAM: StreamId = StreamId { connection: 7, layer: 1 };
const FAILURE: Failure<'_> = Failure {
    phase: Phase::Tls,
    cause: &Cause::Cancelled,
    secure: false,
    excerpt: &[],
    body: (0, 0),
};

#[test]
fn events_of_a_span_share_name_and_logger_and_differ_in_stage() {
    for span in SpanKind::ALL {
        let started = span.started().metadata();
        let (complete, failed) = (span.complete().metadata(), span.failed().metadata());
        for (event, stage) in
            [(started, Stage::Started), (complete, Stage::Complete), (failed, Stage::Failed)]
        {
            assert_eq!((event.name, event.logger), (started.name, started.logger), "{span:?}");
            assert_eq!(event.stage, stage, "{span:?}");
        }
    }
}

#[test]
fn every_event_but_a_point_belongs_to_a_span() {
    let of_spans: Vec<EventKind> = SpanKind::ALL
        .iter()
        .flat_map(|span| [span.started(), span.complete(), span.failed()])
        .collect();
    for kind in EventKind::ALL {
        let is_point = kind.metadata().stage == Stage::Point;
        assert_ne!(of_spans.contains(kind), is_point, "{kind:?}");
    }
}

#[test]
fn span_completes_with_stream_or_nothing_unless_it_has_another_result() {
    for span in SpanKind::ALL {
        let fields = span.complete().metadata().fields;
        let event = span.complete_with(STREAM);
        assert_eq!(event.map(|event| event.kind()), event.map(|_| span.complete()));
        match fields {
            [] => assert!(event.is_some(), "{span:?}"),
            [FieldMeta { name: "stream", .. }] => {
                let mut shown = Vec::new();
                event.unwrap().visit(|_, value| shown.push(value));
                assert_eq!(shown, [Value::Stream(STREAM)], "{span:?}");
            }
            _ => assert!(event.is_none(), "{span:?}"),
        }
    }
}

#[test]
fn span_fails_with_its_failure_alone_unless_it_counts_bytes() {
    for span in SpanKind::ALL {
        let Some(event) = span.failed_with(FAILURE) else {
            assert!(matches!(span, SpanKind::Exchange | SpanKind::Answer), "{span:?}");
            continue;
        };
        assert_eq!(event.kind(), span.failed());
        let mut shown = Vec::new();
        event.visit(|_, value| shown.push(value));
        assert_eq!(shown, [Value::Failure(FAILURE)], "{span:?}");
    }
}

#[test]
fn retry_spans_end_with_the_same_events() {
    let retries =
        [SpanKind::RetryConnectTcp, SpanKind::RetryConnectUnixSocket, SpanKind::RetryStartTls];
    for span in retries {
        assert_eq!(span.complete(), EventKind::RetryComplete);
        assert_eq!(span.failed(), EventKind::RetryFailed);
    }
}

#[test]
fn description_of_an_event_is_that_of_its_span_or_its_own() {
    let doc = |kind: EventKind| kind.metadata().doc.trim();
    assert_eq!(doc(EventKind::DialStarted), "Connecting to one address: started.");
    assert_eq!(doc(EventKind::DialComplete), "Connecting to one address: complete.");
    assert_eq!(doc(EventKind::DialFailed), "Connecting to one address: failed.");
    assert_eq!(
        doc(EventKind::ServeComplete),
        "Serving a connection: complete; the connection is closed."
    );
}

#[test]
fn event_may_have_another_level_than_its_span() {
    let level = |kind: EventKind| kind.metadata().level;
    assert_eq!(level(EventKind::AnswerStarted), Level::Debug);
    assert_eq!(level(EventKind::AnswerComplete), Level::Info);
    assert_eq!(level(EventKind::AnswerFailed), Level::Info);
}
