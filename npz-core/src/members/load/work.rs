//! Running the tasks of a load: which are run together, by how many threads, and in what order they are begun.

use std::cmp::Reverse;

use crate::error::Result;
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
    let run = |(number, task): Planned<'_>| {
        if !failure.is_before(number)
            && let Err(error) = task.run(&team)
        {
            failure.note(number, error);
        }
    };
    if tasks.len() < 2 || tasks.iter().map(work).fold(0, u64::saturating_add) < LEAST_WORK {
        tasks.into_iter().for_each(run);
    } else {
        let run_group = |group: Group<'_>| {
            group.tasks.into_iter().for_each(run);
            Ok(())
        };
        team.in_parallel(groups(tasks, reading.is_far)?, run_group)?;
    }
    failure.into_result()?;
    team.meter().finish()
}

/// A task and its place in the plan.
type Planned<'t> = (usize, Box<dyn Task + 't>);

/// Work is counted in stored bytes: what takes as long as reading them does, some 0.3 ns each. For less than this nobody is
/// woken.
const LEAST_WORK: u64 = 4 << 20;
/// Small members that lie side by side make one piece of work.
const GROUP_WORK: u64 = 1 << 20;
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
    work: u64,
    tasks: Vec<Planned<'t>>,
}

impl<'t> Group<'t> {
    fn small() -> Self {
        Self { can_be_shared: false, work: 0, tasks: Vec::new() }
    }

    fn push(&mut self, task: Planned<'t>) -> Result<()> {
        memory::reserve(&mut self.tasks, 1, MEMBERS)?;
        self.work = self.work.saturating_add(work(&task));
        self.tasks.push(task);
        Ok(())
    }
}

/// Makes pieces of work of tasks in the order of the file, and puts them into the order in which they are to be begun.
fn groups(tasks: Vec<Planned<'_>>, is_far: bool) -> Result<Vec<(usize, Group<'_>)>> {
    let (mut groups, mut small) = (Vec::<Group<'_>>::new(), Group::small());
    for task in tasks {
        let extent = task.1.extent();
        // What is fetched together, of a source that is far, is read by one thread.
        let is_small = match extent {
            Some(extent) if is_far => extent.compressed_size < DIRECT_BYTES as u64,
            _ => work(&task) < GROUP_WORK,
        };
        memory::reserve(&mut groups, 2, MEMBERS)?;
        if is_small {
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
    groups.push(small);
    groups.retain(|group| !group.tasks.is_empty());
    // What can be shared comes last: whoever is free by then helps.
    groups.sort_unstable_by_key(|group| (group.can_be_shared, Reverse(group.work)));
    memory::collect(groups.into_iter().enumerate(), MEMBERS)
}
