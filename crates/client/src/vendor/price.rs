//! What a request costs before it is run, and whether that is too much.

use genmux_core::{
    Context, Cost, ErrorKind, Estimate, Offer, Rejection, Request, Translation, Unit, Wiring,
};

use super::{Vendor, prepare, unwritten};
use crate::account::Account;
use crate::error::{Error, RunError};
use crate::options::RunOptions;
use crate::retry;

/// What is known of a price before a request is run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Quote {
    /// The vendor's own word.
    Told(Cost),
    /// Reckoned from the prices in the spec.
    Estimated(Estimate),
    /// Nobody says, which is never nothing to pay.
    Unknown,
}

impl Vendor {
    /// What a request costs, without running it: the vendor's own word where genmux asks for it,
    /// else what the prices in the spec give.
    ///
    /// # Errors
    /// As [`Vendor::price`]; where the vendor is not asked, only as the request is rejected.
    pub async fn quote(&self, request: &Request, options: &RunOptions) -> Result<Quote, RunError> {
        if told_in(&self.account).is_some() {
            return Ok(Quote::Told(self.price(request, options).await?));
        }
        let context = self.context(request, options);
        let price = self.affordable(request, options, &context)?.expect().price;
        Ok(price.map_or(Quote::Unknown, Quote::Estimated))
    }

    /// The real price of a request by the vendor's own word, without running it.
    ///
    /// # Errors
    /// As [`Provider::submit`](crate::Provider::submit), a price above `max_cost` included;
    /// [`ErrorKind::Invalid`] where genmux does not ask the vendor. Media that the vendor must hold
    /// are uploaded, which is free.
    pub async fn price(&self, request: &Request, options: &RunOptions) -> Result<Cost, RunError> {
        let account = self.account.of(options)?;
        let context = self.context(request, options);
        let translation = self.affordable(request, options, &context)?;
        if told_in(&account).is_none() {
            return Err(self.no_price(&account).into());
        }
        let options = &options.about(request);
        let quiet = |error: Error| options.quiet(error);
        let wiring = prepare::wiring(self, &account, &translation, request, options);
        let wiring = wiring.await.map_err(quiet)?;
        let price = self.ask(&account, &translation, &wiring).await.map_err(quiet)?;
        check(&self.offer, &translation, options, Some(price))?;
        Ok(price)
    }

    /// The price of all calls: they differ in seeds, and the last one in how many results it gives.
    async fn ask(
        &self,
        account: &Account,
        translation: &Translation<'_>,
        wiring: &Wiring,
    ) -> Result<Cost, Error> {
        let last = translation.calls().saturating_sub(1);
        let mut cost = self.ask_call(account, translation, wiring, last).await?;
        if translation.payload(0).results() == translation.payload(last).results() {
            cost.amount = cost.amount.times(genmux_core::Number::whole(translation.calls()));
        } else {
            let full = self.ask_call(account, translation, wiring, 0).await?;
            cost.amount = cost.amount.plus(full.amount.times(genmux_core::Number::whole(last)));
        }
        Ok(cost)
    }

    async fn ask_call(
        &self,
        account: &Account,
        translation: &Translation<'_>,
        wiring: &Wiring,
        call: u64,
    ) -> Result<Cost, Error> {
        let line = account.line();
        let payload = translation.payload(call).wired(wiring);
        let http = line.adapter.price(line.base(), &payload).map_err(|error| unwritten(&error))?;
        let http = http.ok_or_else(|| self.no_price(account))?;
        retry::repeat(line, &http, |reply| line.adapter.read_price(reply)).await
    }

    fn no_price(&self, account: &Account) -> Error {
        let provider = account.line().adapter.provider();
        let message = format!("genmux does not ask {provider} for prices");
        Error::new(ErrorKind::Invalid, message).at(self.offer.name())
    }

    /// A translation that does not cost too much, as far as that is known without asking.
    pub(super) fn affordable<'a>(
        &'a self,
        request: &'a Request,
        options: &RunOptions,
        context: &'a Context,
    ) -> Result<Translation<'a>, Box<Rejection>> {
        let translation = self.offer.translate(request, &options.policy, context)?;
        let Some(most) = &options.max_cost else { return Ok(translation) };
        if let Some(unit) = told_in(&self.account) {
            // The price is asked for once media are uploaded; its unit is known before.
            return match most.check_unit(unit) {
                Some(violation) => Err(self.offer.refuse(&translation, violation)),
                None => Ok(translation),
            };
        }
        let price = translation.expect().price.map(|price| price.most());
        check(&self.offer, &translation, options, price)?;
        Ok(translation)
    }

    /// Asks the vendor for the price, where it can be asked, and refuses one that is too high.
    pub(super) async fn check_price(
        &self,
        account: &Account,
        translation: &Translation<'_>,
        wiring: &Wiring,
        options: &RunOptions,
    ) -> Result<(), RunError> {
        if options.max_cost.is_none() || told_in(account).is_none() {
            return Ok(());
        }
        let price = self.ask(account, translation, wiring).await;
        let price = price.map_err(|error| error.at(self.offer.name()))?;
        Ok(check(&self.offer, translation, options, Some(price))?)
    }
}

/// In what the vendor tells prices, where it is asked.
fn told_in(account: &Account) -> Option<Unit> {
    account.line().adapter.capability().price
}

fn check(
    offer: &Offer,
    translation: &Translation<'_>,
    options: &RunOptions,
    price: Option<Cost>,
) -> Result<(), Box<Rejection>> {
    match options.max_cost.and_then(|most| most.check(price)) {
        Some(violation) => Err(offer.refuse(translation, violation)),
        None => Ok(()),
    }
}
