//! Walks through the calls that a driver may make.

use super::diagram::Diagram;

/// Maximum number of deviations of a walk from the successful path. More find no other transitions.
const TURNS: usize = 4;

/// Maximum number of calls in one walk.
const LONGEST: usize = 60;

/// A machine and its driver, which can choose between calls.
pub(crate) trait Machine {
    /// Polls the machine, and returns the name of the action.
    fn poll(&mut self) -> &'static str;

    /// Returns whether the action is the last.
    fn is_over(&self) -> bool;

    /// Returns the number of calls that the driver can choose from. The first is on the successful path.
    fn choices(&self) -> usize;

    /// Makes one of the calls, and returns its name.
    fn choose(&mut self, choice: usize) -> &'static str;
}

/// Records all transitions that are reachable with a few deviations from the successful path.
pub(crate) fn walk<M: Machine>(diagram: &mut Diagram, start: impl Fn() -> M) {
    let mut ahead = vec![Vec::new()];
    while let Some(turns) = ahead.pop() {
        let turned = turns.last().map_or(0, |(step, _)| step + 1);
        let more = follow(diagram, start(), &turns);
        if turns.len() < TURNS {
            for (step, choices) in more.into_iter().enumerate().skip(turned) {
                ahead.extend((1..choices).map(|choice| [&turns[..], &[(step, choice)]].concat()));
            }
        }
    }
}

/// Makes these choices at these steps, and the first choice at all others. Returns the number of
/// choices at each step.
fn follow<M: Machine>(
    diagram: &mut Diagram,
    mut machine: M,
    turns: &[(usize, usize)],
) -> Vec<usize> {
    let mut choices = Vec::new();
    let mut from = machine.poll();
    diagram.note("[*]", from, "");
    while !machine.is_over() {
        let step = choices.len();
        assert!(step < LONGEST, "the walk does not end: {turns:?}");
        choices.push(machine.choices());
        let turn = turns.iter().find(|(at, _)| *at == step);
        let call = machine.choose(turn.map_or(0, |(_, choice)| *choice));
        let to = machine.poll();
        diagram.note(from, to, call);
        from = to;
    }
    diagram.note(from, "[*]", "");
    choices
}
