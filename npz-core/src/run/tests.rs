use std::cell::RefCell;
use std::thread::sleep;
use std::time::Duration;

use super::*;

/// Counts how many are at work at once.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        sleep(Duration::from_micros(200));
        let value = work();
        self.now.fetch_sub(1, Ordering::SeqCst);
        value
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// Runs a test with as many threads as may be, in pools of several sizes and outside of any.
fn each_number_of_threads(test: impl Fn(&Team, usize) + Sync) {
    for asked in [0, 1, 2, 3, 16] {
        let run = |pool: usize| {
            let most = if asked == 0 { pool } else { asked.min(pool) };
            let team = Team::new(Threads::at_most(asked));
            assert_eq!(team.size(), if cfg!(feature = "parallel") { most } else { 1 });
            test(&team, team.size());
            assert_eq!(team.helpers.load(Ordering::Relaxed), 0);
        };
        run(pool_size());
        #[cfg(feature = "parallel")]
        for size in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(size).build().unwrap();
            pool.install(|| run(size));
        }
    }
}

fn fail(number: usize) -> Error {
    Error::invalid(number.to_string())
}

/// Items from last to first, so that the order of the plan is not that in which they are begun.
fn reversed(count: usize) -> Vec<(usize, usize)> {
    (0..count).rev().map(|number| (number, number)).collect()
}

#[test]
fn results_come_in_the_order_of_the_plan() {
    each_number_of_threads(|team, most| {
        for count in [0, 1, 2, 50] {
            let gauge = Gauge::default();
            let results = team.in_parallel(reversed(count), |number| Ok(gauge.during(|| number * 2)));
            assert_eq!(results.unwrap(), (0..count).map(|number| number * 2).collect::<Vec<_>>());
            assert!(gauge.most() <= most, "{} of {most}", gauge.most());
        }
    });
}

#[test]
fn the_error_is_the_first_of_the_plan() {
    each_number_of_threads(|team, _| {
        let error = team.in_parallel(reversed(40), |number| match number {
            7 | 8 | 39 => {
                sleep(Duration::from_millis(if number == 7 { 3 } else { 0 }));
                Err(fail(number))
            }
            _ => Ok(()),
        });
        assert_eq!(error.unwrap_err().to_string(), "7");
    });
}

#[test]
fn tasks_may_have_tasks_of_their_own() {
    each_number_of_threads(|team, most| {
        let gauge = Gauge::default();
        let outer = |number: usize| {
            let inner = team.in_parallel(reversed(10), |i| Ok(gauge.during(|| number * 10 + i)))?;
            Ok(inner.iter().sum::<usize>())
        };
        let sums = team.in_parallel(reversed(6), outer).unwrap();
        assert_eq!(sums, (0..6).map(|number| number * 100 + 45).collect::<Vec<_>>());
        assert!(gauge.most() <= most, "{} of {most}", gauge.most());
    });
}

#[test]
fn what_is_made_is_taken_in_order_by_the_calling_thread() {
    each_number_of_threads(|team, most| {
        for (count, room) in [(0, 4), (1, 4), (2, 1), (30, 1), (30, 4), (30, 7), (5, 100), (3, 0)] {
            let (gauge, there, peak) = (Gauge::default(), AtomicUsize::new(0), AtomicUsize::new(0));
            let me = std::thread::current().id();
            // What takes need not be sent to other threads.
            let taken = RefCell::new(Vec::new());
            let make = |number| {
                peak.fetch_max(there.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                Ok(gauge.during(|| number))
            };
            let take = |number| {
                assert_eq!(std::thread::current().id(), me);
                there.fetch_sub(1, Ordering::SeqCst);
                taken.borrow_mut().push(number);
                Ok(())
            };
            team.in_order(count, room, make, take).unwrap();
            assert_eq!(taken.into_inner(), (0..count).collect::<Vec<_>>());
            assert!(gauge.most() <= most, "{} of {most}", gauge.most());
            assert!(peak.into_inner() <= room.max(1));
        }
    });
}

#[test]
fn it_ends_at_the_first_error() {
    each_number_of_threads(|team, _| {
        for (bad_make, bad_take) in [(9, 20), (20, 9), (9, 9), (0, 50), (50, 0), (29, 50), (50, 29)] {
            let (begun, taken) = (AtomicUsize::new(0), RefCell::new(0));
            let make = |number| {
                begun.fetch_add(1, Ordering::SeqCst);
                if number == bad_make { Err(fail(100 + number)) } else { Ok(number) }
            };
            let take = |number| {
                *taken.borrow_mut() += 1;
                if number == bad_take { Err(fail(number)) } else { Ok(()) }
            };
            let error = team.in_order(30, 4, make, take).unwrap_err();
            let expected = if bad_make <= bad_take { 100 + bad_make } else { bad_take };
            assert_eq!(error.to_string(), expected.to_string());
            assert_eq!(taken.into_inner(), bad_make.min(bad_take + 1));
            assert!(begun.into_inner() <= bad_make.min(bad_take) + 1 + 4, "no more than what was begun");
        }
    });
}

/// What is behind may be made before what is in front of it is, and taken is all in order.
#[test]
fn one_that_takes_long_holds_up_no_other() {
    each_number_of_threads(|team, most| {
        let (count, taken) = (AtomicUsize::new(0), RefCell::new(Vec::new()));
        let make = |number| {
            while number == 0 && count.load(Ordering::SeqCst) < 3.min(4 * (most - 1)) {
                std::hint::spin_loop();
            }
            count.fetch_add(1, Ordering::SeqCst);
            Ok(number)
        };
        team.in_order(9, 4, make, |number| {
            taken.borrow_mut().push(number);
            Ok(())
        })
        .unwrap();
        assert_eq!(taken.into_inner(), (0..9).collect::<Vec<_>>());
    });
}

#[cfg(feature = "parallel")]
#[test]
fn a_panic_of_another_thread_ends_it() {
    each_number_of_threads(|team, most| {
        for bad in [0, 1, 5, 19] {
            let me = std::thread::current().id();
            let taken = RefCell::new(0);
            let run = || {
                let make = |number| {
                    // The thread that takes comes to none of those that are bad, if there is another one.
                    sleep(Duration::from_micros(if most > 1 && std::thread::current().id() == me {
                        2000
                    } else {
                        0
                    }));
                    assert!(number != bad, "bad");
                    Ok(number)
                };
                team.in_order(20, 4, make, |number| {
                    assert_eq!(number, taken.replace(number + 1));
                    Ok(())
                })
            };
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
            assert!(ended.is_err(), "{bad}");
            assert!(taken.into_inner() <= bad);
            // Who ended in a panic did not leave the team.
            team.helpers.store(0, Ordering::Relaxed);
        }
    });
}

#[cfg(feature = "parallel")]
#[test]
fn all_threads_are_used() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| {
        let (team, gauge) = (Team::new(Threads::default()), Gauge::default());
        let slow = |()| {
            gauge.during(|| sleep(Duration::from_millis(20)));
            Ok(())
        };
        team.in_parallel(vec![(0, ()), (1, ()), (2, ())], slow).unwrap();
        assert_eq!(gauge.most(), 3);
        let gauge = Gauge::default();
        let make = |_| {
            gauge.during(|| sleep(Duration::from_millis(20)));
            Ok(())
        };
        team.in_order(6, 3, make, |()| Ok(())).unwrap();
        assert_eq!(gauge.most(), 3);
    });
}
