//! Archives with something wrong: what is lost is told, and what is whole can be had.

mod empty_maps;
mod places;
mod resized;
mod salvage;
mod unreadable;
mod verify;
