/** The approval of a user for whom nothing is decided yet. */
export const waiting = { status: "pending", reason: null, decided_at: null, decided_by: null } as const;
