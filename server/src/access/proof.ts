// What a credential was, as a reference that holds nothing secret: whoever lets somebody in for longer than a request, or
// on a ticket, asks later by it whether the credential still works, and what its holder may do now.

import type { Principal } from '../platform/http/route.ts'

/** Who holds what the proof names, as of now; null: it does not work any more, or is another kind's. */
export type Again = (proof: string) => Promise<Principal | null>

type Kind = 'key' | 'token' | 'access' | 'session'

export const proofOf = (kind: Kind, ...parts: string[]): string => [kind, ...parts].join(' ')

/** Null: of another kind. */
export function parseProof(kind: Kind, proof: string): string[] | null {
  const [first, ...parts] = proof.split(' ')
  return first === kind ? parts : null
}

/** The first that knows it. */
export const firstAgain =
  (all: Again[]): Again =>
  async (proof) => {
    for (const again of all) {
      const by = await again(proof)
      if (by) return by
    }
    return null
  }
