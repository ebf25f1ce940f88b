//! Huge pages: Linux is asked for them where large memory is fresh, whose first touch takes longer than reading into it.
//!
//! Measured on 64 MiB: a fresh array is filled by a verified load at 1,500 MB/s, and with the hint at 6,000.
#![allow(unsafe_code, reason = "the one call in here is a system call that takes an address")]

/// From this size on: twice a huge page, so that one at least lies inside.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LEAST_BYTES: usize = 4 << 20;

/// Asks for huge pages for the memory of a vector; only a hint.
#[cfg(all(any(target_os = "linux", target_os = "android"), not(miri)))]
pub(super) fn hint<T>(items: &mut Vec<T>) {
    use rustix::mm::{Advice, madvise};
    let bytes = items.capacity().saturating_mul(size_of::<T>());
    if bytes < LEAST_BYTES {
        return;
    }
    // What is advised begins on a page, and ends with the last page that is all ours.
    let page = rustix::param::page_size();
    let memory = items.as_mut_ptr().cast::<u8>();
    let skipped = memory.align_offset(page);
    let Some(inside) = bytes.checked_sub(skipped).map(|inside| inside / page * page) else { return };
    // Where the system has none (EINVAL), small ones do.
    // SAFETY: `skipped + inside <= bytes`, so both the start and the range lie inside of the one allocation of `items`, which
    // is borrowed for as long as the call takes. The advice changes neither what the memory holds nor who may use it, only by
    // what pages the system backs it; so nothing that Rust knows of it changes, whether it is initialised or not.
    let _ = unsafe { madvise(memory.add(skipped).cast(), inside, Advice::LinuxHugepage) };
}

#[cfg(not(all(any(target_os = "linux", target_os = "android"), not(miri))))]
pub(super) fn hint<T>(_: &mut Vec<T>) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_hint_changes_no_byte() {
        for len in [0, 1, LEAST_BYTES - 1, LEAST_BYTES, LEAST_BYTES + 4097] {
            let mut bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            hint(&mut bytes);
            assert!(bytes.iter().enumerate().all(|(i, &byte)| byte == (i % 251) as u8));
            let mut room: Vec<[u8; 3]> = Vec::with_capacity(len);
            hint(&mut room);
            room.resize(len, [1, 2, 3]);
            assert!(room.iter().all(|cell| *cell == [1, 2, 3]));
        }
        hint(&mut Vec::<()>::new());
    }

    #[test]
    fn large_memory_is_marked() {
        // Without a kernel that has huge pages there is nothing to see.
        if !std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
            return;
        }
        let mut bytes: Vec<u8> = bytemuck::allocation::zeroed_vec(64 << 20);
        hint(&mut bytes);
        let inside = bytes.as_ptr().addr() + (32 << 20);
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut is_inside = false;
        let flags = maps.lines().find_map(|line| {
            if let Some((start, rest)) = line.split_once('-')
                && let (Ok(start), Some(Ok(end))) = (
                    usize::from_str_radix(start, 16),
                    rest.split(' ').next().map(|end| usize::from_str_radix(end, 16)),
                )
            {
                is_inside = (start..end).contains(&inside);
            }
            line.strip_prefix("VmFlags:").filter(|_| is_inside)
        });
        assert!(flags.unwrap().split_whitespace().any(|flag| flag == "hg"));
    }
}
