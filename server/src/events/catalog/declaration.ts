// What a declaration of an event says, and the few shapes that the data of many events share.
// Which events there are is told beside this file, one file for each noun; catalog.ts lists them all.

import { type Static, type TObject, type TSchema, Type } from 'typebox'

export type Declaration<Name extends string = string, Data extends TObject = TObject> = {
  type: Name
  /** Of its data: `1`, `2`. Within a version data only grows (growth.ts). */
  version: string
  /** `conversation`, `organisation`, or `endpoint`: sent to one endpoint when it is asked for, never kept in the log. */
  scope: 'conversation' | 'organisation' | 'endpoint'
  /** When it comes, in words for those who receive it. */
  description: string
  /** The field of the data that names what it is about. */
  subject: string
  data: Data
  example: Static<Data>
  /** Versions that the log may still hold. From the second version on, rows of events must tell theirs. */
  former?: { version: string; data: TObject; example: object }[]
}

/** Keeps the name and the schema as types. */
export const declare = <const Name extends string, Data extends TObject, Scope extends Declaration['scope']>(
  declaration: Declaration<Name, Data> & { scope: Scope; subject: keyof Static<Data> & string },
): Declaration<Name, Data> & { scope: Scope } => declaration

export const text = Type.String()
export const uuid = Type.String({ format: 'uuid' })
/** ISO 8601 UTC. */
export const time = Type.String({ format: 'date-time' })
export const count = Type.Integer({ minimum: 0 })

export const orNull = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description })

export const oneOf = <const T extends string>(values: readonly T[], description?: string) =>
  Type.Unsafe<T>(Type.String({ enum: [...values], ...(description === undefined ? {} : { description }) }))

/** Paths below the address of the server. */
export const selfLink = Type.Object({ self: text })
