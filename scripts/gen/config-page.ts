import { type ConfigEntry, configEntries } from "@authpi/api/config";
import { code, sealed, table } from "@authpi/codegen";

const path = "docs/generated/config.md";

/** The page of the configuration: every variable, its rule and its default. */
export const configPage = (): Map<string, string> => new Map([[path, sealed(path, page())]]);

const page = (): string => `# Configuration

The environment is read once, at the start. A value that breaks its rule fails the start with the variable's name, and so does an
unknown name that begins with ${code("AUTHPI_")}. An empty value is not a default: unset the variable.

## The server

${table(
  ["Variable", "What it is", "Must be", "Default"],
  configEntries
    .filter(({ client }) => !client)
    .map((entry) => [nameOf(entry), entry.description, entry.must ?? "", entry.default ?? "none"]),
)}

A secret's value stands in no log and in no error.

## The clients

Read by the SDKs and the examples. The server knows these names and ignores them, so that one environment serves both.

${table(
  ["Variable", "What it is"],
  configEntries.filter(({ client }) => client).map((entry) => [nameOf(entry), entry.description]),
)}
`;

const nameOf = ({ name, secret }: ConfigEntry): string => (secret ? `${code(name)} (secret)` : code(name));
