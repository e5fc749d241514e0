// Where systems that follow no scheme of their own say which delivery it is, and of what kind: a header, or a place in
// the body.

import { Type } from 'typebox'
import { pointerPattern, valueAt } from '../json-pointer.ts'
import { header, idOf, kindOf } from '../proofs.ts'
import type { Facts, InboundRequest, Settings } from '../shapes.ts'

export const headerName = (description: string) =>
  Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$", description })

const pointer = (description: string) => Type.String({ pattern: pointerPattern, maxLength: 500, description })

export const placeSettings = {
  id_header: Type.Optional(headerName('The header that names the delivery: what comes twice counts once')),
  id_pointer: Type.Optional(pointer('Or where in the JSON body it is named (RFC 6901)')),
  kind_header: Type.Optional(headerName('The header that says what the message is about')),
  kind_pointer: Type.Optional(pointer('Or where in the JSON body that is said')),
}

function find(request: InboundRequest, named: unknown, pointer: unknown): unknown {
  const value = named === undefined ? '' : header(request, String(named).toLowerCase())
  return value === '' && pointer !== undefined ? valueAt(request.json(), String(pointer)) : value
}

export const factsAt = (request: InboundRequest, settings: Settings): Facts => ({
  id: idOf(find(request, settings.id_header, settings.id_pointer)),
  kind: kindOf(find(request, settings.kind_header, settings.kind_pointer)),
})

export const keptOf = (settings: Settings): string[] =>
  [settings.id_header, settings.kind_header].filter((one) => typeof one === 'string').map((one) => one.toLowerCase())
