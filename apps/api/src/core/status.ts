import type { Caller } from "../http/caller.ts";

interface StatusBody {
  status_reason?: string | null | undefined;
  status_by?: string | null | undefined;
}

/** The columns that a change of status writes. */
export const statusColumns = <S extends string>(
  status: S,
  body: StatusBody,
  caller: Pick<Caller, "id">,
  now: number,
) => ({
  status,
  status_at: now,
  status_reason: body.status_reason ?? null,
  status_by: body.status_by ?? caller.id,
});
