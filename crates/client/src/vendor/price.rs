//! What a request costs before it is run, and whether that is too much.

use genmux_core::{Context, Cost, ErrorKind, Offer, Rejection, Request, Translation, Wiring};

use super::{Vendor, prepare, unwritten};
use crate::account::Account;
use crate::error::{Error, RunError};
use crate::options::RunOptions;
use crate::retry;

impl Vendor {
    /// The real price of a request by the vendor's own word, without running it.
    ///
    /// # Errors
    /// As [`Provider::submit`](crate::Provider::submit); [`ErrorKind::Invalid`] where the vendor
    /// has no such call. Media that the vendor must hold are uploaded, which is free.
    pub async fn price(&self, request: &Request, options: &RunOptions) -> Result<Cost, RunError> {
        let account = self.account.of(options)?;
        let context = self.context(request, options);
        let translation = self.offer.translate(request, &options.policy, &context)?;
        if !tells_price(&account) {
            return Err(self.no_price(&account).into());
        }
        let wiring = prepare::wiring(self, &account, &translation, request, options).await?;
        Ok(self.ask(&account, &translation, &wiring).await?)
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
        let message = format!("{} tells no price beforehand", account.line().adapter.provider());
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
        if !tells_price(&self.account) && options.max_cost.is_some() {
            let price = translation.expect().price.map(|price| price.most());
            check(&self.offer, &translation, options, price)?;
        }
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
        if options.max_cost.is_none() || !tells_price(account) {
            return Ok(());
        }
        let price = self.ask(account, translation, wiring).await;
        let price = price.map_err(|error| error.at(self.offer.name()))?;
        Ok(check(&self.offer, translation, options, Some(price))?)
    }
}

fn tells_price(account: &Account) -> bool {
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
