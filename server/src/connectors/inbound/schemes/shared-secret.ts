// A secret in a header, for systems that cannot sign: it proves who sends, and neither what nor when.

import { Type } from 'typebox'
import { equalSecret } from '../../../platform/secrets.ts'
import { header, newTextSecret } from '../proofs.ts'
import type { InboundScheme, Settings } from '../shapes.ts'
import { factsAt, headerName, keptOf, placeSettings } from './places.ts'

const fallback = 'authorization'
const named = (settings: Settings) => String(settings.header ?? fallback).toLowerCase()

export const sharedSecret: InboundScheme = {
  name: 'shared-secret',
  about: 'A secret in a header. For systems that can send a header but not sign.',
  settings: Type.Object({
    header: Type.Optional(headerName(`Which header holds it; ${fallback} unless named`)),
    prefix: Type.Optional(Type.String({ maxLength: 50, description: 'What stands before it, such as `Bearer `' })),
    ...placeSettings,
  }),
  newSecret: newTextSecret,
  keptHeaders: (settings) => keptOf(settings).filter((name) => name !== named(settings)),
  isProven: (request, secret, settings) =>
    equalSecret(header(request, named(settings)), `${settings.prefix ?? ''}${secret}`),
  signsId: () => false,
  sentAtMs: () => null,
  facts: factsAt,
}
