//! Walking through what a driver may do.

use super::diagram::Diagram;

/// How often a walk turns from the way that goes well. More turns find nothing more.
const TURNS: usize = 4;

/// How many calls a driver makes at most in one walk.
const LONGEST: usize = 60;

/// A machine, and a driver that has choices.
pub(crate) trait Machine {
    /// Polls it, and returns what the action is called.
    fn poll(&mut self) -> &'static str;

    /// Whether nothing follows the action.
    fn is_over(&self) -> bool;

    /// How many calls a driver may choose from now. The first is that of a driver to which everything goes
    /// well.
    fn choices(&self) -> usize;

    /// Makes one of the calls, and returns what it is called.
    fn choose(&mut self, choice: usize) -> &'static str;
}

/// Notes everything that can follow from what a driver does, up to a few turns from the way that goes well.
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

/// Makes these choices at these steps, and everywhere else the first. Returns how many there were at each.
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
