// Secrets that are made here, shown once and stored as a hash. They are long enough that a plain hash hides them.

import { createHash, randomBytes } from 'node:crypto'

const tokenBytes = 32

/** 256 random bits in 43 characters that a link, a header and a cookie can carry. */
export const newToken = (): string => randomBytes(tokenBytes).toString('base64url')

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()
