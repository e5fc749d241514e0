import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { keyedHash, type Secrets } from '../../platform/secrets.ts'
import { checkPayloadLink, linkHours, payloadLink } from './payload-link.ts'

const secrets = { hash: keyedHash(Buffer.alloc(32, 1)) } as Secrets
const told = { orgId: '0199b1f2-0000-7abc-8def-000000000000', id: '0199b1f2-2222-7abc-8def-000000000002' }
const now = new Date('2026-03-05T09:00:00Z')
const hoursLater = (hours: number) => new Date(now.getTime() + hours * 3600_000)

const read = (link: string) => {
  const url = new URL(link, 'http://localhost')
  const { org_id = '', expires, signature = '' } = Object.fromEntries(url.searchParams)
  return { orgId: org_id, id: url.pathname.split('/')[3] ?? '', expires: Number(expires), signature }
}
const codeOf = (work: () => void): string => {
  try {
    work()
    return 'accepted'
  } catch (err) {
    return err instanceof Problem ? err.code : assert.fail(String(err))
  }
}

test('a link is good for a day, and not for longer', () => {
  const link = read(payloadLink(secrets, told, now))
  assert.deepEqual([link.orgId, link.id], [told.orgId, told.id])
  assert.equal(
    codeOf(() => checkPayloadLink(secrets, link, now)),
    'accepted',
  )
  assert.equal(
    codeOf(() => checkPayloadLink(secrets, link, hoursLater(linkHours - 0.01))),
    'accepted',
  )
  assert.equal(
    codeOf(() => checkPayloadLink(secrets, link, hoursLater(linkHours))),
    'link_expired',
  )
})

test('nobody can make one for another event, organisation or time, nor with another key', () => {
  const link = read(payloadLink(secrets, told, now))
  const others = [
    { ...link, orgId: link.id },
    { ...link, id: link.orgId },
    { ...link, expires: link.expires + 1 },
    { ...link, signature: '' },
    { ...link, signature: `${link.signature}A` },
    read(payloadLink({ hash: keyedHash(Buffer.alloc(32, 2)) } as Secrets, told, now)),
  ]
  for (const other of others)
    assert.equal(
      codeOf(() => checkPayloadLink(secrets, other, now)),
      'invalid_link',
    )
  fc.assert(
    fc.property(fc.nat(link.signature.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
      const signature = link.signature.slice(0, at) + letter + link.signature.slice(at + 1)
      const code = codeOf(() => checkPayloadLink(secrets, { ...link, signature }, now))
      assert.equal(code, signature === link.signature ? 'accepted' : 'invalid_link')
    }),
    { numRuns: 1000 },
  )
})
