//! Prices.

use super::Compiler;
use crate::number::Number;
use crate::spec::{Origin, Price};

impl Compiler<'_> {
    pub(super) fn price(&mut self) -> Option<(Price, Origin)> {
        let (price, origin) = self.resolved.price.as_ref()?;
        let kind = self.files.model.kind;
        if !price.per.fits(kind) {
            let per = price.per.name();
            self.problem("price.per", format!("{per} is no measure of an offer that makes {kind}"));
        }
        if price.rates.is_empty() {
            self.problem("price.rates", "there is none; leave the price out while it is unknown");
        }
        for (at, rate) in price.rates.iter().enumerate() {
            if rate.amount < Number::default() {
                let amount = rate.amount;
                self.problem(format!("price.rates[{at}].amount"), format!("{amount} is below 0"));
            }
        }
        Some((price.clone(), origin.clone()))
    }
}
