// What the values of settings look like: hosts, networks, addresses with a password. No setting is named here.

import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import Type from 'typebox'
import Value from 'typebox/value'
import { parseOutboundAllow } from './platform/outbound/allow-list.ts'

export function loopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

/** Whether the address guard can read it. */
export function validAllowance(text: string): boolean {
  try {
    parseOutboundAllow(text)
    return true
  } catch {
    return false
  }
}

/** A network or a single address, as proxies are named: without a port. */
export const validNetwork = (text: string): boolean =>
  !text.includes('[') && validAllowance(text) && parseOutboundAllow(text).every(({ port }) => port === null)

/** Never all of the machine. */
export const isFolderToOpen = (path: string): boolean =>
  isAbsolute(path) && !/^\/*$/.test(path) && !path.includes('/..')

/** The address with `******` in place of its password, safe to print. */
export function urlWithoutPassword(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.password) url.password = '******'
  for (const key of url.searchParams.keys()) if (/pass|key|token|secret/i.test(key)) url.searchParams.set(key, '******')
  return url.password || url.search ? url.href : text
}

const listedProviders = Type.Array(
  Type.Object(
    {
      name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
      label: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
      issuer: Type.String({ minLength: 1, maxLength: 500 }),
      client_id: Type.String({ minLength: 1, maxLength: 500 }),
      client_secret: Type.String({ minLength: 1, maxLength: 2000 }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 20 },
)

/** These have settings of their own, or stand in an address of ours. */
const takenProviderNames = ['google', 'microsoft', 'providers']

type OpenIdProvider = { name: string; label: string; issuer: string; clientId: string; clientSecret: string }

/** OpenID providers from JSON text; null where it is not right. */
export function openIdProviders(text: string): OpenIdProvider[] | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!Value.Check(listedProviders, value)) return null
  const names = value.map(({ name }) => name)
  if (new Set(names).size < names.length || names.some((name) => takenProviderNames.includes(name))) return null
  if (!value.every(({ issuer }) => isIssuer(issuer))) return null
  return value.map(({ name, label = name, issuer, client_id, client_secret }) => {
    return { name, label, issuer, clientId: client_id, clientSecret: client_secret }
  })
}

/** HTTPS (OpenID Connect Core §2), plain HTTP only on this machine; nothing behind the path. */
export function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, search, hash, username } = new URL(text)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && loopbackHost(hostname))
  return isSafe && !search && !hash && !username
}
