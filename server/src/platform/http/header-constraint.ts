// For the router: two routes may share a path, one of them for requests with a header of its own, as a protocol above HTTP
// has.

import type { FastifyInstance } from 'fastify'

/** @param names of headers, in lower case */
export function headerConstraint(names: readonly string[]): Parameters<FastifyInstance['addConstraintStrategy']>[0] {
  return {
    name: 'header',
    mustMatchWhenDerived: false,
    validate: () => undefined,
    deriveConstraint: <Context>({ headers }: { headers: object }, _context?: Context) =>
      names.find((name) => Object.hasOwn(headers, name)),
    storage() {
      type Handler = Exclude<ReturnType<Storage['get']>, null>
      const handlers = new Map<unknown, Handler>()
      return {
        get: (name) => handlers.get(name) ?? null,
        set: (name, handler) => void handlers.set(name, handler),
      }
    },
  }
}

type Storage = ReturnType<Parameters<FastifyInstance['addConstraintStrategy']>[0]['storage']>
