import type pg from "pg";
import { OperatorError } from "../domain/operator-error.ts";
import { errorCode } from "./connect.ts";

/** The roles that the server takes for its work: row-level security binds them. They belong to the whole cluster. */
export const serverRoles = ["authpi_accounts", "authpi_app", "authpi_verify"] as const;

interface Self {
  name: string;
  /** From PostgreSQL 16 on a membership says whether it may be used by SET ROLE. */
  grantsHaveOptions: boolean;
}

interface RoleState {
  name: string;
  exists: boolean;
  tooStrong: boolean;
  usable: boolean;
}

/**
 * Makes the roles where they are missing, and grants them to the current user.
 *
 * @throws {OperatorError} with the SQL to run where the current user may not do that.
 */
export async function ensureRoles(client: pg.Client): Promise<void> {
  const self = await whoAmI(client);
  const roles = await stateOf(client, self);
  const strong = roles.filter((role) => role.tooStrong).map((role) => role.name);
  if (strong.length > 0) {
    throw new OperatorError(
      `Row-level security would not bind ${strong.join(" and ")}. Run as a superuser:\n${strong.map((name) => `  ALTER ROLE ${name} NOSUPERUSER NOBYPASSRLS;`).join("\n")}`,
    );
  }
  const statements = roles.flatMap((role) => missing(role, self));
  for (const statement of statements) {
    await client.query(statement).catch((cause) => tolerate(cause, statements));
  }
}

async function whoAmI(client: pg.Client): Promise<Self> {
  const { rows } = await client.query<Self>(`
    select quote_ident(current_user) as name,
      current_setting('server_version_num')::int >= 160000 as "grantsHaveOptions"`);
  const [self] = rows;
  if (!self) throw new Error("the database does not say who the current user is");
  return self;
}

async function stateOf(client: pg.Client, self: Self): Promise<RoleState[]> {
  const { rows } = await client.query<RoleState>(
    `select wanted.name, r.oid is not null as exists,
       coalesce(r.rolsuper or r.rolbypassrls, false) as "tooStrong",
       coalesce(pg_has_role(current_user, r.oid, $2), false) as usable
     from unnest($1::text[]) as wanted (name) left join pg_roles r on r.rolname = wanted.name
     order by wanted.name`,
    [serverRoles, self.grantsHaveOptions ? "SET" : "MEMBER"],
  );
  return rows;
}

function missing(role: RoleState, self: Self): string[] {
  const create = `CREATE ROLE ${role.name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS`;
  const grant = `GRANT ${role.name} TO ${self.name}${self.grantsHaveOptions ? " WITH INHERIT FALSE, SET TRUE" : ""}`;
  return [...(role.exists ? [] : [create]), ...(role.usable ? [] : [grant])];
}

/** Another database of the cluster may be migrated at this moment: then its process has made the role. */
function tolerate(cause: unknown, statements: string[]): void {
  const code = errorCode(cause) ?? "";
  if (["42710", "23505"].includes(code)) return;
  if (code !== "42501") throw cause;
  throw new OperatorError(
    `This user may not make the roles that AuthPI needs. Run as a superuser, and start again:\n${statements.map((statement) => `  ${statement};`).join("\n")}`,
    { cause },
  );
}
