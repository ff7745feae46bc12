//! The users of a summary, in chunks.

use std::iter::{Flatten, FusedIterator};
use std::{fmt, slice, vec};

use serde::de::Deserializer;
use serde::ser::{Serialize, Serializer};

use super::UserSummary;
use crate::object;

/// How many users a chunk holds.
const CHUNK: usize = 128;

/// A list of users. A vector that grows is copied, and takes its memory twice for a while; a list of chunks does not.
#[derive(Clone, Default)]
pub(super) struct UserList {
    /// All of them are full, except the last one.
    chunks: Vec<Vec<UserSummary>>,
    len: usize,
}

impl UserList {
    /// Reads a list. Null is an empty one, and an absent one is an error.
    pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::collect(deserializer, Self::push)
    }

    fn push(&mut self, user: UserSummary) {
        self.len = self.len.saturating_add(1);
        match self.chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => chunk.push(user),
            None => {
                // Most accounts have many users. The only chunk of one that has few grows with them.
                let room = if self.chunks.is_empty() { 1 } else { CHUNK };
                let mut chunk = Vec::with_capacity(room);
                chunk.push(user);
                self.chunks.push(chunk);
            }
        }
    }

    pub(super) fn get(&self, place: usize) -> Option<&UserSummary> {
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> SummaryIter<'_> {
        SummaryIter { users: self.chunks.iter().flatten(), len: self.len }
    }

    pub(super) fn into_iter(self) -> SummaryIntoIter {
        SummaryIntoIter { users: self.chunks.into_iter().flatten(), len: self.len }
    }
}

/// Iterates over the users of a [`Summary`](super::Summary), in the API's order.
///
/// ```
/// let summary: zt_risk_scoring::Summary = serde_json::from_str(r#"{"users": [{"name": "Jane"}, {"name": "Joe"}]}"#)?;
/// let names: Vec<_> = summary.iter().rev().filter_map(|user| user.name.as_deref()).collect();
/// assert_eq!(names, ["Joe", "Jane"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "an iterator does nothing until it is used"]
pub struct SummaryIter<'a> {
    users: Flatten<slice::Iter<'a, Vec<UserSummary>>>,
    /// How many users are left, which a flattened iterator does not know.
    len: usize,
}

/// Moves the users out of a [`Summary`](super::Summary), in the API's order.
///
/// ```
/// let summary: zt_risk_scoring::Summary = serde_json::from_str(r#"{"users": [{"name": "Jane"}, {"name": "Joe"}]}"#)?;
/// let names: Vec<_> = summary.into_iter().filter_map(|user| user.name).collect();
/// assert_eq!(names, ["Jane".into(), "Joe".into()]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use = "an iterator does nothing until it is used"]
pub struct SummaryIntoIter {
    users: Flatten<vec::IntoIter<Vec<UserSummary>>>,
    /// As for [`SummaryIter`].
    len: usize,
}

/// Implements the traits of an iterator over the users of chunks.
macro_rules! impl_iterator {
    ($type:ident $(<$lifetime:lifetime>)?, $item:ty) => {
        impl $(<$lifetime>)? Iterator for $type $(<$lifetime>)? {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                let user = self.users.next()?;
                self.len = self.len.saturating_sub(1);
                Some(user)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.len, Some(self.len))
            }
        }

        impl $(<$lifetime>)? DoubleEndedIterator for $type $(<$lifetime>)? {
            fn next_back(&mut self) -> Option<Self::Item> {
                let user = self.users.next_back()?;
                self.len = self.len.saturating_sub(1);
                Some(user)
            }
        }

        impl $(<$lifetime>)? ExactSizeIterator for $type $(<$lifetime>)? {}

        impl $(<$lifetime>)? FusedIterator for $type $(<$lifetime>)? {}

        /// The number of users only.
        impl $(<$lifetime>)? fmt::Debug for $type $(<$lifetime>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type)).field("users", &self.len).finish_non_exhaustive()
            }
        }
    };
}

impl_iterator!(SummaryIter<'a>, &'a UserSummary);
impl_iterator!(SummaryIntoIter, UserSummary);

impl FromIterator<UserSummary> for UserList {
    fn from_iter<T: IntoIterator<Item = UserSummary>>(users: T) -> Self {
        let mut list = Self::default();
        users.into_iter().for_each(|user| list.push(user));
        list
    }
}

impl Serialize for UserList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(users: i64) -> UserList {
        let user = |number| serde_json::from_value(serde_json::json!({"event_count": number})).unwrap();
        (0..users).map(user).collect()
    }

    fn numbers<'a>(users: impl Iterator<Item = &'a UserSummary>) -> Vec<i64> {
        users.map(|user| user.event_count.unwrap()).collect()
    }

    #[test]
    fn users_are_found_and_iterated_in_their_order() {
        for users in [0, 1, 2, 127, 128, 129, 255, 256, 257, 1000] {
            let list = list(users);
            let expected: Vec<_> = (0..users).collect();
            assert_eq!((list.len(), numbers(list.iter())), (expected.len(), expected.clone()));
            let places = 0..expected.len();
            assert_eq!(numbers(places.map(|place| list.get(place).unwrap())), expected);
            assert!(list.get(expected.len()).is_none() && list.get(usize::MAX).is_none());
            let reversed: Vec<_> = expected.iter().rev().copied().collect();
            assert_eq!(numbers(list.iter().rev()), reversed);
            let moved: Vec<_> = list.clone().into_iter().collect();
            assert_eq!(numbers(moved.iter()), expected);
            let moved: Vec<_> = list.into_iter().rev().collect();
            assert_eq!(numbers(moved.iter()), reversed);
        }
    }

    #[test]
    fn iterators_have_a_length_and_two_ends() {
        let list = list(300);
        let (mut users, mut moved) = (list.iter(), list.clone().into_iter());
        for left in (0..300).rev() {
            let (user, moved_user) =
                if left % 3 == 0 { (users.next(), moved.next()) } else { (users.next_back(), moved.next_back()) };
            assert_eq!(user.cloned(), moved_user);
            assert!(user.is_some());
            assert_eq!((users.len(), moved.len()), (left, left));
        }
        assert!(users.next().is_none() && users.next_back().is_none());
        assert!(moved.next().is_none() && moved.next_back().is_none());
        assert_eq!(format!("{:?}", list.iter()), "SummaryIter { users: 300, .. }");
        assert_eq!(format!("{:?}", list.into_iter()), "SummaryIntoIter { users: 300, .. }");
    }

    #[test]
    fn chunks_are_full_and_have_no_unused_room() {
        let list = list(300);
        assert_eq!(list.chunks.iter().map(Vec::len).collect::<Vec<_>>(), [128, 128, 44]);
        assert!(list.chunks.iter().all(|chunk| chunk.capacity() == CHUNK));
    }
}
