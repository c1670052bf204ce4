//! What a file promises of itself, counts and sums, and elements that stand once.

use super::decimal::Decimal;
use super::file::Fault;

/// A group of transfers with the count and the sum that it promises.
#[derive(Default)]
pub(super) struct Promise {
    pub count: Option<String>,
    pub sum: Option<String>,
    pub found: usize,
    total: Decimal,
}

impl Promise {
    pub fn add(&mut self, amount: Decimal) -> Result<(), Fault> {
        self.found += 1;
        self.total = self.total.plus(amount).ok_or(Fault::Number("InstdAmt"))?;
        Ok(())
    }

    pub fn check(&self, count: &'static str, sum: &'static str) -> Result<(), Fault> {
        let promised = self.count.as_deref().map(|text| text.parse().map_err(|_| Fault::Number(count)));
        if promised.transpose()?.is_some_and(|promised: usize| promised != self.found) {
            return Err(Fault::Count(count));
        }
        let promised = self.sum.as_deref().map(|text| Decimal::read(text).ok_or(Fault::Number(sum)));
        if promised.transpose()?.is_some_and(|promised| promised != self.total) {
            return Err(Fault::Sum(sum));
        }
        Ok(())
    }
}

/// Keeps the text of an element that stands once.
pub(super) fn put(
    place: &mut Option<String>,
    text: &str,
    name: &'static str,
    chars_max: usize,
) -> Result<(), Fault> {
    if place.is_some() {
        return Err(Fault::Twice(name));
    }
    if text.is_empty() {
        return Err(Fault::Missing(name));
    }
    if text.chars().count() > chars_max {
        return Err(Fault::Long(name));
    }
    *place = Some(text.to_owned());
    Ok(())
}
