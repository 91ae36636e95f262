import { SerializerSelector } from "@fastify/fast-json-stringify-compiler";
import type { FastifyInstance } from "fastify";

/** Fastify's own serializers, each compiled by the first answer that needs it. */
export const useSerializers = (app: FastifyInstance): void => {
  const compile = SerializerSelector()({}, {});
  app.setSerializerCompiler((route) => {
    let serialize: ReturnType<typeof compile> | undefined;
    return (answer) => {
      serialize ??= compile({ ...route, httpStatus: route.httpStatus ?? "200" });
      return serialize(answer);
    };
  });
};
