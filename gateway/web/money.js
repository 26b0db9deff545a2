/* Amounts as people read them.  On the wire money is minor units + ISO code. */

/**
 * {amount, currency} in the reader's own way: 4900 USD -> "$49".  Cents are
 * shown only where there are some.  "" for what is no amount.
 */
export function moneyText(money, locale) {
  if (!Number.isFinite(money?.amount)) return "";
  try {
    const form = new Intl.NumberFormat(locale, { style: "currency",
      currency: money.currency, currencyDisplay: "narrowSymbol",
      trailingZeroDisplay: "stripIfInteger" });
    return form.format(money.amount / 10 ** digits(money.currency));
  } catch {                       /* a currency that the browser does not know */
    return `${money.amount / 100} ${money.currency ?? ""}`.trim();
  }
}

/** Is the product cheaper now than its list price? */
export function isOnSale({ price, list_price: list }) {
  return Number.isFinite(list?.amount) && list.amount > price?.amount;
}

function digits(currency) {
  return new Intl.NumberFormat("en", { style: "currency", currency })
    .resolvedOptions().maximumFractionDigits;
}
