//! Every work completes.

use limpid_benches::job::{Budget, Job};
use limpid_benches::program::{NO_SERVER, Run};
use limpid_benches::responder::{Answer, Responder};
use limpid_benches::works::{body, idle, parse, subjects};

/// Returns a job of two turns on each of two connections, with responses of 1 KiB.
fn job(responder: &Responder) -> Job {
    Job { server: responder.address, connections: 2, budget: Budget::Turns(2), ca: None }
}

#[test]
fn all_works_complete() {
    let answer = Answer::with_length(1024);
    let responder = Responder::start(answer.clone(), 0).unwrap();
    let holding = Responder::holding(answer, 0, 2).unwrap();
    // Servers need the load of another process.
    for subject in subjects().iter().filter(|subject| !subject.work.starts_with("serve ")) {
        let server = if subject.work == idle::IDLE { &holding } else { &responder };
        let reading = (subject.run)(&job(server)).unwrap();
        assert!(reading.units > 0, "{} did nothing", subject.work);
        let exchanges = match subject.work {
            body::BODY => 1,
            work if work.starts_with("GET,") => 4,
            _ => 0,
        };
        assert_eq!(reading.bytes, exchanges * 1024, "{}", subject.work);
    }
}

#[test]
fn server_works_answer_load_of_another_process() {
    for subject in subjects().iter().filter(|subject| subject.work.starts_with("serve ")) {
        let job = Job { server: NO_SERVER, connections: 2, budget: Budget::Turns(2), ca: None };
        let run = Run {
            program: env!("CARGO_BIN_EXE_limpid-gates").into(),
            work: subject.work.to_owned(),
            peer: subject.peer.to_owned(),
            job,
            processor: None,
        };
        let requests = if subject.work.ends_with("16") { 4 * 16 } else { 4 };
        assert_eq!(run.reading().unwrap().units, requests, "{}", subject.work);
    }
}

#[test]
fn units_match_work() {
    let responder = Responder::start(Answer::with_length(0), 0).unwrap();
    let units = |work| {
        let subject = subjects().into_iter().find(|subject| subject.work == work).unwrap();
        (subject.run)(&job(&responder)).unwrap().units
    };
    assert_eq!(units(parse::EXCHANGE), 2);
    assert_eq!(units(parse::HEAD), 2 * parse::HEADS as u64);
    assert_eq!(units(parse::CHUNKED), 2 * parse::CHUNKS as u64);
}
