//! Running the tasks of a load: which are run together, by how many threads, and in what order they are begun.

use std::cmp::Reverse;

use crate::archive::in_turn::InTurn;
use crate::error::{Error, Result};
use crate::input::DIRECT_BYTES;
use crate::members::load::medium::Reading;
use crate::members::load::task::Task;
use crate::memory::{self, MEMBERS};
use crate::run::{Failure, Progress, Team, Threads};
use crate::stored::PIECE_BYTES;

/// Runs tasks, on several threads where that pays. The error is that of the first task that has one, in the order in which
/// they were planned.
pub(crate) fn run_all(tasks: Vec<Box<dyn Task + '_>>, reading: Reading, progress: Progress) -> Result<()> {
    let mut tasks = memory::collect(tasks.into_iter().enumerate(), MEMBERS)?;
    // In the order of the file.
    tasks.sort_unstable_by_key(|(number, task)| (task.extent().map(|extent| extent.start), *number));
    let team = Team::new(allowed(&tasks, reading)).with_progress(progress);
    team.meter()
        .announce(tasks.iter().map(|(_, task)| task.cost().stored_bytes()).fold(0, u64::saturating_add));
    let failure = Failure::none();
    let in_turn = InTurn::default();
    let run = |mut group: Group<'_>| {
        if group.is_for_turns
            && let Err((number, error)) = inflate_in_turn(&mut group.tasks, &in_turn)
        {
            failure.note(number, error);
            return Ok(());
        }
        for (number, task) in group.tasks {
            if !failure.is_before(number)
                && let Err(error) = task.run(&team)
            {
                failure.note(number, error);
            }
        }
        Ok(())
    };
    let is_little = tasks.iter().map(work).fold(0, u64::saturating_add) < LEAST_WORK;
    if tasks.len() < 2 || is_little {
        run(Group { is_for_turns: tasks.len() > 1, tasks, ..Group::small() })?;
    } else {
        team.in_parallel(groups(tasks, reading.is_far, team.size())?, run)?;
    }
    failure.into_result()?;
    team.meter().finish()
}

/// Decodes what can be decoded in turn. What is not as it should be is left to the task itself, which says what is wrong. Where memory is
/// short, tells for which member.
fn inflate_in_turn(tasks: &mut [Planned<'_>], in_turn: &InTurn) -> Result<(), (usize, Error)> {
    let Some(&(first, _)) = tasks.first() else { return Ok(()) };
    let of = |number| move |error| (number, error);
    let mut opened = memory::with_room(tasks.len(), MEMBERS).map_err(of(first))?;
    let mut numbers = memory::with_room(tasks.len(), MEMBERS).map_err(of(first))?;
    for (number, (place, task)) in tasks.iter_mut().enumerate() {
        if let Some(open) = task.open().map_err(of(*place))? {
            opened.push(open);
            numbers.push(number);
        }
    }
    if opened.len() < 2 {
        return Ok(());
    }
    match in_turn.inflate(opened) {
        Ok(true) => numbers.into_iter().for_each(|number| tasks[number].1.note_filled()),
        Err(error) if error.is_no_memory() => return Err((first, error)),
        _ => {}
    }
    Ok(())
}

/// A task and its place in the plan.
type Planned<'t> = (usize, Box<dyn Task + 't>);

/// Work is counted in stored bytes: what takes as long as reading them does, some 0.3 ns each. For less than this nobody is
/// woken.
const LEAST_WORK: u64 = 4 << 20;
/// Small members that lie side by side make one piece of work.
const GROUP_WORK: u64 = 1 << 20;
/// Members that are decoded in turn have so many bytes together, as many as take the same time on each thread: six blocks in turn are as fast
/// as can be.
const TURN_BYTES: u64 = 6 * (256 << 10);
/// How much longer a byte takes that is not stored. What a member takes beside its bytes does not count: 100,000 scalars are
/// slower on two threads than on one, as what they do is mostly to allocate.
const INFLATE_WORK: u64 = 8;
/// What all threads may take of memory together beside the arrays.
const MOST_SCRATCH: usize = 56 << 20;

fn work((_, task): &Planned<'_>) -> u64 {
    let bytes = task.cost().bytes();
    let is_stored = task.extent().is_none_or(|extent| extent.is_stored());
    bytes.saturating_mul(if is_stored { 1 } else { INFLATE_WORK })
}

/// No more threads than there is memory for.
fn allowed(tasks: &[Planned<'_>], reading: Reading) -> Threads {
    let scratch = |(_, task): &Planned<'_>| match task.extent() {
        Some(extent) if extent.is_for_turns() && !reading.is_far => 2 * TURN_BYTES as usize,
        Some(extent) if !task.is_direct() => extent.compressed_size.min(reading.chunk as u64) as usize,
        _ => 0,
    };
    let each = tasks.iter().map(scratch).max().unwrap_or(0) + PIECE_BYTES;
    reading.threads.capped((MOST_SCRATCH / each).max(1))
}

/// Tasks that one thread runs one after another.
struct Group<'t> {
    /// Whether other threads can help with it once it is begun.
    can_be_shared: bool,
    is_for_turns: bool,
    work: u64,
    tasks: Vec<Planned<'t>>,
}

impl<'t> Group<'t> {
    fn small() -> Self {
        Self { can_be_shared: false, is_for_turns: false, work: 0, tasks: Vec::new() }
    }

    fn push(&mut self, task: Planned<'t>) -> Result<()> {
        memory::reserve(&mut self.tasks, 1, MEMBERS)?;
        self.work = self.work.saturating_add(work(&task));
        self.tasks.push(task);
        Ok(())
    }
}

/// Makes pieces of work of tasks in the order of the file, and puts them into the order in which they are to be begun.
fn groups(tasks: Vec<Planned<'_>>, is_far: bool, threads: usize) -> Result<Vec<(usize, Group<'_>)>> {
    let is_for_turns =
        |task: &Planned<'_>| !is_far && task.1.extent().is_some_and(|extent| extent.is_for_turns());
    let in_turn = tasks.iter().filter(|task| is_for_turns(task)).map(work).fold(0, u64::saturating_add);
    let rounds = in_turn.div_ceil(TURN_BYTES * INFLATE_WORK).next_multiple_of(threads as u64);
    let each_turn = in_turn / rounds.max(1);
    let (mut groups, mut small, mut turns) = (Vec::<Group<'_>>::new(), Group::small(), Group::small());
    for task in tasks {
        let extent = task.1.extent();
        // What is fetched together, of a source that is far, is read by one thread.
        let is_small = match extent {
            Some(extent) if is_far => extent.compressed_size < DIRECT_BYTES as u64,
            _ => work(&task) < GROUP_WORK,
        };
        memory::reserve(&mut groups, 3, MEMBERS)?;
        if is_for_turns(&task) {
            turns.is_for_turns = true;
            turns.push(task)?;
            if turns.work >= each_turn {
                groups.push(std::mem::replace(&mut turns, Group::small()));
            }
        } else if is_small {
            small.push(task)?;
            if small.work >= GROUP_WORK && !is_far {
                groups.push(std::mem::replace(&mut small, Group::small()));
            }
        } else {
            let mut large = Group::small();
            large.can_be_shared = extent.is_some_and(|extent| extent.can_be_shared());
            large.push(task)?;
            groups.push(large);
        }
    }
    groups.push(turns);
    groups.push(small);
    groups.retain(|group| !group.tasks.is_empty());
    // What can be shared comes last: whoever is free by then helps.
    groups.sort_unstable_by_key(|group| (group.can_be_shared, Reverse(group.work)));
    memory::collect(groups.into_iter().enumerate(), MEMBERS)
}
