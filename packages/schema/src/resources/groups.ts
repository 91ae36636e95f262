import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { organizations } from "./organizations.ts";

const core = {
  name: f.name,
  description: f.description,
  scopes: f.scopes("What the group gives to each of its members."),
  metadata: f.metadata,
};
export const Group = Type.Object(
  {
    id: f.id("group"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    org_id: f.id("organization"),
    ...core,
    n_members: Type.Integer({ minimum: 0, description: "Counted when asked; does not move the `ETag`." }),
    ...f.timestamps,
  },
  { title: "Group" },
);
export type Group = Static<typeof Group>;

const { name, ...values } = core;
export const GroupCreate = f.createBody("GroupCreate", { name }, values);
export const GroupUpdate = f.updateBody("GroupUpdate", {
  name,
  description: core.description,
  scopes: f.nullable(core.scopes),
  metadata: f.nullable(core.metadata),
});

export const groups = defineResource({
  name: "groups",
  one: "group",
  segment: "groups",
  param: "group_id",
  parent: organizations,
  description: "A group gives its scopes to the members of the organization that are in it.",
  operations: {
    list: op.list({ summary: "List groups", item: Group }),
    create: op.create({
      summary: "Create a group",
      description: "Its name is unique in the organization.",
      body: GroupCreate,
      returns: Group,
      emits: ["organization.group.created"],
    }),
    get: op.get({ summary: "Get a group", returns: Group }),
    update: op.update({
      summary: "Update a group",
      description: "Changed scopes are every member's at once.",
      body: GroupUpdate,
      returns: Group,
      emits: ["organization.group.updated"],
    }),
    delete: op.delete({
      summary: "Delete a group",
      description: "Takes its scopes away at once; its members stay members of the organization.",
      emits: ["organization.group.deleted"],
    }),
  },
});
