//! Iterators over behaviors. They hide how the behaviors are kept.

use std::iter::FusedIterator;
use std::{slice, vec};

use super::{Behavior, BehaviorId};

/// Iterates over the behaviors of a [`BehaviorMap`](super::BehaviorMap) with their ids, in the order of the ids.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
///
/// let travel = Behavior::new("Impossible Travel", RiskLevel::High);
/// let behaviors: BehaviorMap = [("imp_travel", travel)].into_iter().collect();
/// assert_eq!(behaviors.iter().next().map(|(id, _)| id.as_str()), Some("imp_travel"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct BehaviorMapIter<'a>(pub(super) slice::Iter<'a, (BehaviorId, Behavior)>);

/// Moves the behaviors out of a [`BehaviorMap`](super::BehaviorMap) with their ids, in the order of the ids.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
///
/// let travel = Behavior::new("Impossible Travel", RiskLevel::High);
/// let behaviors: BehaviorMap = [("imp_travel", travel)].into_iter().collect();
/// let names: Vec<String> = behaviors.into_iter().map(|(_, behavior)| behavior.name).collect();
/// assert_eq!(names, ["Impossible Travel"]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct BehaviorMapIntoIter(pub(super) vec::IntoIter<(BehaviorId, Behavior)>);

/// Iterates over the behaviors of a [`Selection`](super::Selection) with their ids, in the order of the ids.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
///
/// let travel = Behavior::new("Impossible Travel", RiskLevel::High);
/// let behaviors: BehaviorMap = [("imp_travel", travel)].into_iter().collect();
/// let mut disabled = behaviors.disabled().into_iter();
/// assert_eq!(disabled.next().map(|(id, _)| id.as_str()), Some("imp_travel"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing until it is used"]
pub struct SelectionIter<'a>(pub(super) vec::IntoIter<(&'a BehaviorId, &'a Behavior)>);

/// Implements the traits of iterators with the iterator in the only field. The last argument makes an item of one of that
/// iterator's.
macro_rules! impl_iterator {
    ($type:ty, ($($lifetime:lifetime)?), $item:ty, $inner:pat => $value:expr) => {
        impl<$($lifetime)?> Iterator for $type {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                let $inner = self.0.next()?;
                Some($value)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($lifetime)?> DoubleEndedIterator for $type {
            fn next_back(&mut self) -> Option<Self::Item> {
                let $inner = self.0.next_back()?;
                Some($value)
            }
        }

        impl<$($lifetime)?> ExactSizeIterator for $type {}

        impl<$($lifetime)?> FusedIterator for $type {}
    };
}

impl_iterator!(BehaviorMapIter<'a>, ('a), (&'a BehaviorId, &'a Behavior), (id, behavior) => (id, behavior));
impl_iterator!(BehaviorMapIntoIter, (), (BehaviorId, Behavior), entry => entry);
impl_iterator!(SelectionIter<'a>, ('a), (&'a BehaviorId, &'a Behavior), entry => entry);

#[cfg(test)]
mod tests {
    use super::super::map::tests::map;

    /// Takes the last of the three items, then the others from the start.
    fn check<I: ExactSizeIterator + DoubleEndedIterator>(mut items: I, id: fn(&I::Item) -> String) {
        assert_eq!(items.len(), 3);
        assert_eq!(items.next_back().as_ref().map(id).as_deref(), Some("sentinel_one"));
        assert_eq!((items.len(), items.size_hint()), (2, (2, Some(2))));
        assert_eq!(items.by_ref().map(|item| id(&item)).collect::<Vec<_>>(), ["high_dlp", "imp_travel"]);
        assert!(items.next().is_none() && items.next_back().is_none());
    }

    #[test]
    fn iterators_have_a_length_and_two_ends() {
        let map = map();
        check(map.iter(), |(id, _)| id.to_string());
        check((&map).into_iter(), |(id, _)| id.to_string());
        check(map.all().into_iter(), |(id, _)| id.to_string());
        check((&map.all()).into_iter(), |(id, _)| id.to_string());
        check(map.into_iter(), |(id, _)| id.to_string());
    }
}
