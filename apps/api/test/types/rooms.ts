import { defineResource, op } from "@authpi/schema";
import { Type } from "typebox";
import { prepared, room } from "../../src/http/room.ts";

// What must not compile. An error that is expected and does not come is an error itself.

const Thing = Type.Object({ id: Type.String(), n: Type.Integer(), updated_at: Type.Integer() });
const things = defineResource({
  name: "things",
  one: "thing",
  segment: "things",
  param: "thing_id",
  description: "Things.",
  operations: {
    create: op.create({
      summary: "Create a thing",
      body: Type.Object({ n: Type.Integer() }),
      returns: Thing,
      emits: ["issuer.created"],
    }),
    get: op.get({ summary: "Get a thing", returns: Thing }),
  },
});
type Row = { id: string; n: number; updated_at: number };
const thing = { id: "t", n: 1, updated_at: 1 };

export const complete = room<typeof things, Row>(things, {
  operations: { create: ({ body }) => ({ ...thing, n: body.n }), get: ({ row }) => row },
});

export const withPreparation = room<typeof things, Row>(things, {
  operations: {
    create: prepared(
      async ({ body }) => body.n * 2,
      ({ prepared: twice }) => ({ ...thing, n: twice }),
    ),
    get: ({ row }) => row,
  },
});

export const withWrongPreparation = room<typeof things, Row>(things, {
  operations: {
    // @ts-expect-error n is a number
    create: prepared(
      async () => "1",
      ({ prepared: text }) => ({ ...thing, n: text }),
    ),
    get: ({ row }) => row,
  },
});

export const withoutHandler = room<typeof things, Row>(things, {
  // @ts-expect-error an operation of the contract has no handler
  operations: { get: ({ row }) => row },
});

export const withOneTooMany = room<typeof things, Row>(things, {
  // @ts-expect-error the contract has no such operation
  operations: { create: () => thing, get: ({ row }) => row, remove: () => undefined },
});

export const withWrongAnswer = room<typeof things, Row>(things, {
  // @ts-expect-error the answer lacks what the contract declares
  operations: { create: () => thing, get: ({ row }) => ({ id: row.id }) },
});

export const withWrongType = room<typeof things, Row>(things, {
  // @ts-expect-error n is a number
  operations: { create: () => ({ ...thing, n: "1" }), get: ({ row }) => row },
});

export const withUnknownField = room<typeof things, Row>(things, {
  operations: {
    // @ts-expect-error the body has no such field
    create: ({ body }) => ({ ...thing, n: body.m }),
    get: ({ row }) => row,
  },
});

export const withUndeclaredEvent = room<typeof things, Row>(things, {
  operations: {
    create: ({ emit }) => {
      // @ts-expect-error the operation does not declare this event
      emit("issuer.deleted", thing);
      return thing;
    },
    get: ({ row }) => row,
  },
});

const told = defineResource({
  ...things,
  operations: { delete: op.delete({ summary: "Delete a thing", returns: Thing, emits: ["issuer.deleted"] }) },
});

export const withToldDeletion = room<typeof told, Row>(told, {
  operations: { delete: ({ row }) => row },
});

export const withUntoldDeletion = room<typeof told, Row>(told, {
  // @ts-expect-error a deletion that returns something answers with it
  operations: { delete: () => undefined },
});

export const withUndeclaredDeletion = room<typeof told, Row>(told, {
  operations: {
    delete: ({ row, emit }) => {
      // @ts-expect-error the operation does not declare this event
      emit("issuer.created", row);
      return row;
    },
  },
});
