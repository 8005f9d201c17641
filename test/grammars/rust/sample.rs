use std::collections::{BTreeMap, HashMap as Map};
use std::io;
use crate::store::*;
use anyhow::Result as Outcome;

pub const LIMIT: usize = 10;

/// Keeps things.
pub struct Store<T> {
    items: Map<String, T>,
}

pub enum Mode {
    Near,
    Far { by: u32 },
}

pub trait Find {
    fn find(&self, key: &str) -> Option<u32>;
    fn has(&self, key: &str) -> bool { self.find(key).is_some() }
}

impl<T: Clone> Store<T> {
    pub fn new(mut size: usize) -> Self {
        let (low, high) = split(size);
        let add = |a: usize, b| a + b;
        size = add(low, high);
        println!("{} {size}", 'x');
        Self { items: Map::with_capacity(size) }
    }
}

mod inner {
    pub fn run(mode: super::Mode) -> u32 {
        match mode {
            super::Mode::Far { by } => by,
            _ => 0,
        }
    }
}

macro_rules! twice { ($x:expr) => { $x * 2 }; }
