import { eventTypes, meteredEventTypes } from "../events.ts";

/** Known to clients, and never recorded here. */
const acceptedOnly = ["account.credits.depleted", "account.credits.updated"];

const sent = [...eventTypes.filter((type) => !meteredEventTypes.includes(type)), ...acceptedOnly];

/** Every family of the types that are sent: `user.*`, `user.mfa.*`. */
const families = new Set(
  sent.flatMap((type) => {
    const words = type.split(".");
    return words.slice(1).map((_, at) => `${words.slice(0, at + 1).join(".")}.*`);
  }),
);

/** What a webhook's filter may name. */
export const eventFilterPattern = `^(${[...sent, ...families].map((one) => one.replace(/[.*]/g, "\\$&")).join("|")})$`;
